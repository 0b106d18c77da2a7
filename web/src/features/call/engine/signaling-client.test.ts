import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeServer, snapshot, welcome } from './fake-server';
import { ANSWER_MS, PassRefused, RequestRefused, SignalingClient } from './signaling-client';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start(pass = () => Promise.resolve({ token: 'token', url: 'ws://here/signaling' })) {
  const server = new FakeServer();
  const client = new SignalingClient({
    pass,
    client: { name: 'web', version: '0.1.0' },
    openSocket: server.openSocket,
    answers: server.answers,
    random: () => 0,
  });
  const closed = vi.fn();
  const statuses: string[] = [];
  client.on('closed', closed);
  client.on('status', (status) => statuses.push(status));
  client.open();
  return { client, server, closed, statuses };
}

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

async function joined(connected = start()) {
  const { client, server } = connected;
  await tick();
  server.socket.say(welcome(server.socket.open().id));
  const join = client.request({ type: 'join', offer: 'v=0', sources: {} });
  const { id } = server.socket.last('join');
  server.socket.say({ type: 'joined', re: id ?? '', answer: 'v=0', ...snapshot() });
  await join;
  return connected;
}

test('the first frame is hello with the room token', async () => {
  const { server } = start();
  await tick();

  expect(server.socket.open()).toMatchObject({
    type: 'hello',
    version: 1,
    token: 'token',
    client: { name: 'web' },
  });
});

test('a reply finds its request, and an error rejects it with its code', async () => {
  const { client, server } = await joined();

  const hand = client.request({ type: 'hand', raised: true });
  const chat = client.request({ type: 'chat', text: '' });
  server.socket.say({
    type: 'error',
    re: server.socket.last('chat').id ?? '',
    code: 'text_invalid',
    message: 'empty',
    fatal: false,
  });
  server.socket.say({ type: 'ok', re: server.socket.last('hand').id ?? '' });

  await expect(hand).resolves.toMatchObject({ type: 'ok' });
  await expect(chat).rejects.toMatchObject({ code: 'text_invalid' });
});

test('a lost socket is resumed with growing waits, and open requests fail', async () => {
  const { client, server, statuses } = await joined();
  const hand = client.request({ type: 'hand', raised: true });
  const failed = expect(hand).rejects.toBeInstanceOf(RequestRefused);

  server.socket.lose();
  await failed;
  await tick(250);
  expect(server.sockets).toHaveLength(2);
  expect(server.socket.open()).toMatchObject({ resume: 'come back' });

  server.socket.lose();
  await tick(499);
  expect(server.sockets).toHaveLength(2);
  await tick(1);
  expect(server.sockets).toHaveLength(3);

  server.socket.open();
  server.socket.say({ type: 'resumed', ...snapshot() });
  expect(statuses).toEqual(['connecting', 'open', 'reconnecting', 'open']);
});

test('before join there is nothing to resume: hello comes with a fresh token', async () => {
  const pass = vi.fn(() => Promise.resolve({ token: 'token', url: 'ws://here' }));
  const { server } = start(pass);
  await tick();
  server.socket.say(welcome(server.socket.open().id));

  server.socket.lose();
  await tick(250);

  expect(server.socket.open()).toMatchObject({ token: 'token' });
  expect(pass).toHaveBeenCalledTimes(2);
});

test('an unknown resume token is answered with a fresh hello, at once', async () => {
  const { server } = await joined();
  server.socket.lose();
  await tick(250);
  server.socket.open();

  server.socket.say({ type: 'error', code: 'resume_unknown', message: '', fatal: true });
  server.socket.lose(4001);
  await tick();

  expect(server.socket.open()).toMatchObject({ token: 'token' });
});

test('after the grace time the resume token is not tried any more', async () => {
  const { server } = await joined();
  server.socket.lose();
  while (server.sockets.length < 20) {
    await tick(5_000);
    if (server.socket.closed === undefined) server.socket.lose();
  }
  await tick(5_000);

  expect(server.socket.open()).toMatchObject({ token: 'token' });
});

test.each([
  [1000, undefined, 'left'],
  [4002, undefined, 'replaced'],
  [4001, 'token_revoked', 'token_revoked'],
  [4001, 'room_ended', 'room_ended'],
  [4001, 'unsupported_version', 'unsupported_version'],
])('close code %i with %s ends it as %s', async (closeCode, code, reason) => {
  const { server, closed } = await joined();
  if (code) server.socket.say({ type: 'error', code, message: '', fatal: true });

  server.socket.lose(closeCode);
  await tick(60_000);

  expect(closed).toHaveBeenCalledWith(expect.objectContaining({ code: reason }));
  expect(server.sockets).toHaveLength(1);
});

test.each([
  [1001, 0],
  [4009, 0],
  [4008, 10_000],
  [1006, 250],
])('after close code %i it comes back in %i ms', async (closeCode, ms) => {
  const { server } = await joined();
  server.socket.lose(closeCode);
  if (ms > 0) {
    await tick(ms - 1);
    expect(server.sockets).toHaveLength(1);
  }
  await tick(1);
  expect(server.sockets).toHaveLength(2);
});

test('an expired token is renewed twice at most', async () => {
  const { server, closed } = start();
  for (let round = 0; round < 3; round += 1) {
    await tick();
    server.socket.open();
    server.socket.say({ type: 'error', code: 'token_expired', message: 'old', fatal: true });
    server.socket.lose(4001);
  }

  expect(server.sockets).toHaveLength(3);
  expect(closed).toHaveBeenCalledWith({ code: 'token_expired', message: 'old' });
});

test('a pass that is refused for good ends it; one that fails for now is asked for again', async () => {
  const refused = start(() => Promise.reject(new PassRefused('session_ended', 'over', true)));
  await tick();
  expect(refused.closed).toHaveBeenCalledWith({ code: 'session_ended', message: 'over' });

  const pass = vi.fn(() => Promise.reject(new PassRefused('network', '', false)));
  start(pass);
  await tick(250 + 500);
  expect(pass).toHaveBeenCalledTimes(3);
});

test('it pings, answers pings, and looks for another socket when a ping has no answer', async () => {
  const { server } = await joined();
  const [first] = server.sockets;
  server.socket.say({ type: 'ping', nonce: 7 });
  expect(server.socket.last('pong')).toMatchObject({ nonce: 7 });

  await tick(2_000);
  expect(first?.count('ping')).toBe(1);
  await tick(1_000);
  first?.say({ type: 'pong', nonce: first.last('ping').nonce });
  await tick(1_000);
  expect(first?.count('ping')).toBe(2);
  expect(server.sockets).toHaveLength(1);
  await tick(2_000);
  expect(server.sockets).toHaveLength(2);
});

test('before the join a socket that is silent for 30 s is given up', async () => {
  const { server } = start();
  await tick();
  server.socket.say(welcome(server.socket.open().id));
  await tick(30_000);
  expect(server.sockets[0]?.closed).toBeUndefined();
  await tick(2_000);
  expect(server.sockets[0]?.closed).toBeDefined();
});

test('when the network is back a waiting client tries at once, an open one looks whether it lives', async () => {
  const { client, server } = await joined();
  const [first] = server.sockets;
  client.networkChanged();
  await tick(1_999);
  expect(first?.closed).toBeUndefined();
  await tick(2);
  expect(first?.closed).toBeDefined();
  expect(server.sockets).toHaveLength(3);

  server.socket.lose();
  client.networkChanged();
  await tick();
  expect(server.sockets).toHaveLength(4);
});

test('a socket in doubt is replaced as soon as another opens, and what waited for it fails', async () => {
  const { client, server, statuses } = await joined();
  const hand = client.request({ type: 'hand', raised: true });
  const failed = expect(hand).rejects.toMatchObject({ code: 'socket_lost' });
  client.networkChanged();
  client.networkChanged();
  expect(server.sockets).toHaveLength(2);

  expect(server.socket.open()).toMatchObject({ resume: 'come back' });
  await failed;
  expect(server.sockets[0]?.closed).toBeDefined();
  server.socket.say({ type: 'resumed', ...snapshot() });
  expect(statuses).toEqual(['connecting', 'open', 'reconnecting', 'open']);
  server.socket.lives = true;
  await tick(5_000);
  expect(server.sockets).toHaveLength(2);
});

test('a socket in doubt that answers first stays, and the other is closed', async () => {
  const { client, server, statuses } = await joined();
  const [first] = server.sockets;
  client.networkChanged();
  first?.say({ type: 'pong', nonce: first.last('ping').nonce });

  expect(server.socket.closed).toBeDefined();
  server.socket.onopen?.call(server.socket as unknown as WebSocket, new Event('open'));
  expect(server.socket.frames).toEqual([]);
  await tick(5_000);
  expect(first?.closed).toBeUndefined();
  expect(statuses).toEqual(['connecting', 'open']);
});

test('before the join there is nobody to come back as: a socket in doubt is only asked', async () => {
  const { client, server } = start();
  await tick();
  server.socket.say(welcome(server.socket.open().id));
  client.networkChanged();
  expect(server.sockets).toHaveLength(1);
  expect(server.socket.count('ping')).toBe(1);
});

test('while the network swallows everything sockets are tried one after the other, until one opens', async () => {
  const { client, server, statuses } = await joined();
  server.swallow();
  client.networkChanged();
  await tick(20_000);
  expect(server.sockets.length).toBeGreaterThan(10);
  expect(server.sockets.slice(0, -1).every(({ closed }) => closed !== undefined)).toBe(true);
  expect(statuses.at(-1)).toBe('reconnecting');

  // Whenever it is back, a socket is tried within moments.
  const tried = server.sockets.length;
  await tick(2_501);
  expect(server.sockets.length).toBeGreaterThan(tried);
  expect(server.socket.open()).toMatchObject({ resume: 'come back' });
  await tick(5_000);
  server.socket.say({ type: 'resumed', ...snapshot() });
  expect(statuses.at(-1)).toBe('open');
  const { looks } = server;
  server.socket.lives = true;
  await tick(9_000);
  expect(server.looks).toBe(looks);
});

test('a socket is tried at once when anything answers, and when the network tells that it is back', async () => {
  const { client, server } = await joined();
  server.swallow();
  client.networkChanged();
  await tick(2_600);
  const tried = server.sockets.length;
  client.networkChanged();
  await tick();
  expect(server.sockets).toHaveLength(tried + 1);
  expect(server.sockets.at(-2)?.closed).toBeDefined();
});

test('sockets that fail for long are tried less often, yet one is always on its way', async () => {
  const { client, server } = await joined();
  server.swallow();
  client.networkChanged();
  await tick(4_000);
  let withoutMs = 0;
  let longestMs = 0;
  for (let ms = 0; ms < 56_000; ms += 100) {
    await tick(100);
    withoutMs = server.socket.closed === undefined ? 0 : withoutMs + 100;
    longestMs = Math.max(longestMs, withoutMs);
  }
  expect(longestMs).toBeLessThanOrEqual(ANSWER_MS);
  expect(server.sockets.length).toBeLessThan(28);

  await tick(120_000);
  const tried = server.sockets.length;
  await tick(60_000);
  expect(server.sockets.length - tried).toBeLessThan(8);
});

test('nobody looks out for somebody who left meanwhile', async () => {
  const { client, server } = await joined();
  server.swallow();
  client.networkChanged();
  await tick(5_000);
  client.close();
  const { looks } = server;
  await tick(5_000);
  expect(server.looks).toBeLessThanOrEqual(looks + 1);
});

test('what is not a message is ignored', async () => {
  const { server, closed } = await joined();
  for (const data of ['{', '[]', '7', 'null', new ArrayBuffer(2)]) {
    server.socket.onmessage?.call(
      server.socket as unknown as WebSocket,
      new MessageEvent('message', { data }),
    );
  }
  expect(closed).not.toHaveBeenCalled();
});
