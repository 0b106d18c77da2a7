import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Call, type Moment } from './call';
import type { EncryptionMode } from './e2ee/encryption';
import { FakePeerConnection } from './fake-peer-connection';
import { FakeServer, person, snapshot, welcome } from './fake-server';
import { SILENT_AFTER_MS } from './silence';

let connections: FakePeerConnection[];

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  connections = FakePeerConnection.install();
  vi.stubGlobal('MediaStream', class {});
  vi.stubGlobal(
    'Audio',
    class {
      play = () => Promise.resolve();
      pause = () => undefined;
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

async function previewing(encryption: EncryptionMode = { kind: 'in-transit' }) {
  const server = new FakeServer();
  const call = new Call({
    pass: () => Promise.resolve({ token: 'token', url: 'ws://here' }),
    client: { name: 'test', version: '0' },
    openSocket: server.openSocket,
    answers: server.answers,
    random: () => 0,
    encryption,
  });
  const moments: Moment[] = [];
  call.on('moment', (moment) => moments.push(moment));
  call.open();
  await tick();
  server.socket.say(welcome(server.socket.open().id));
  await tick();
  return { call, server, moments };
}

async function inCall(encryption?: EncryptionMode) {
  const started = await previewing(encryption);
  const { call, server } = started;
  await prepared(server);
  connections[0]?.become('connected');
  const joining = call.join();
  await tick();
  const { id } = server.socket.last('join');
  server.socket.say({ type: 'joined', re: id ?? '', ...snapshot() });
  await joining;
  await tick();
  return started;
}

/** The server answers the offer made ahead. */
async function prepared(server: FakeServer) {
  const { id } = server.socket.last('prepare');
  server.socket.say({ type: 'prepared', re: id ?? '', answer: 'answer' });
  await tick();
}

/** The server does not know of connecting ahead. */
async function unprepared(server: FakeServer) {
  const { id } = server.socket.last('prepare');
  const error = { type: 'error', code: 'unknown_message', message: '', fatal: false } as const;
  server.socket.say({ ...error, re: id ?? '' });
  await tick();
}

test('the first offer is laid out as PROTOCOL.md §5 says, and ready before the click', async () => {
  await previewing();

  expect(connections[0]?.lines).toEqual([
    'audio sendonly',
    'video sendonly q h f',
    'video sendonly',
    'audio sendonly',
    'audio recvonly',
    'video recvonly',
    'audio recvonly',
    'video recvonly',
    'data data',
  ]);
  expect(connections[0]?.offers).toBe(1);
});

test('the connection is there before the click, and joining carries no offer', async () => {
  const { call, server } = await inCall();

  expect(server.socket.last('prepare')).toMatchObject({ offer: 'offer 1' });
  expect(server.socket.last('join')).not.toHaveProperty('offer');
  expect(connections[0]?.answers).toEqual(['answer']);
  expect(server.socket.count('ready')).toBe(1);
  expect(call.state).toMatchObject({ phase: 'joined', media: 'connected' });
  expect(Object.keys(call.timings.sinceClick())).toEqual(
    expect.arrayContaining(['click', 'offer', 'joined', 'answer-set', 'ice', 'dtls']),
  );
});

test('where the server does not connect ahead, joining sends the offer, sets the answer and says ready', async () => {
  const { call, server } = await previewing();
  await unprepared(server);
  const joining = call.join();
  await tick();
  const { id, offer } = server.socket.last('join');
  expect(offer).toBe('offer 1');
  server.socket.say({ type: 'joined', re: id ?? '', answer: 'answer', ...snapshot() });
  await joining;
  await tick(250);
  expect(connections[0]?.answers).toEqual(['answer']);
  expect(server.socket.count('ready')).toBe(1);
  expect(call.state.phase).toBe('joined');
});

test('a connection that failed on the pre-join page is made anew', async () => {
  const { server } = await previewing();
  await prepared(server);
  connections[0]?.become('failed');
  await tick();
  expect(connections).toHaveLength(2);
  expect(server.socket.count('prepare')).toBe(2);
});

test('a connection the server has lost meanwhile is replaced by one that comes with the join', async () => {
  const { call, server } = await previewing();
  await prepared(server);
  void call.join();
  await tick();
  const error = { type: 'error', code: 'offer_invalid', message: '', fatal: false } as const;
  server.socket.say({ ...error, re: server.socket.last('join').id ?? '' });
  await tick();
  expect(connections).toHaveLength(2);
  expect(server.socket.last('join')).toHaveProperty('offer');
  expect(call.state.phase).toBe('joining');
});

test('a click before the socket is open joins as soon as it is', async () => {
  const server = new FakeServer();
  const call = new Call({
    pass: () => Promise.resolve({ token: 'token', url: 'ws://here' }),
    client: { name: 'test', version: '0' },
    openSocket: server.openSocket,
  });
  call.open();
  await call.join('Bo');
  await tick();
  server.socket.say(welcome(server.socket.open().id));
  await tick();

  expect(server.socket.last('join')).toMatchObject({ name: 'Bo' });
});

test('whoever waits is admitted later', async () => {
  const { call, server } = await previewing();
  await prepared(server);
  const joining = call.join();
  await tick();
  const re = server.socket.last('join').id ?? '';
  server.socket.say({ type: 'waiting', re, since_ms: 0 });
  await joining;
  expect(call.state.phase).toBe('waiting');

  server.socket.say({ type: 'joined', re, ...snapshot() });
  await tick();

  expect(call.state.phase).toBe('joined');
  expect(connections[0]?.answers).toEqual(['answer']);
});

test('a full room leaves the person at pre-join with the reason', async () => {
  const { call, server } = await previewing();
  await prepared(server);
  const joining = call.join();
  await tick();
  server.socket.say({
    type: 'error',
    re: server.socket.last('join').id ?? '',
    code: 'room_full',
    message: 'full',
    fatal: false,
  });
  await joining;

  expect(call.state).toMatchObject({ phase: 'previewing', refusal: { code: 'room_full' } });
});

test('a slot gives its tracks to whomever the server maps into it', async () => {
  const { call, server } = await inCall();
  expect(call.tracksOf('bo', 'camera')?.video.id).toBe('video-8');
  expect(call.tracksOf('eve', 'camera')).toBeNull();

  server.socket.say({
    type: 'slots',
    slots: [
      { slot: 0, participant: 'bo', source: 'screen', audio: false, video: true },
      { slot: 1, participant: 'eve', source: 'camera', audio: true, video: true },
    ],
  });

  expect(call.tracksOf('bo', 'camera')).toBeNull();
  expect(call.tracksOf('bo', 'screen')?.video.id).toBe('video-6');
  expect(call.tracksOf('eve', 'camera')?.video.id).toBe('video-8');
});

test('layers that nobody sees are not encoded', async () => {
  const { server } = await inCall();
  const active = () => connections[0]?.active[0];
  expect(active()).toEqual([true, true, true]);
  server.socket.say({ type: 'layers', source: 'camera', layers: 1 });
  await tick();
  expect(active()).toEqual([true, false, false]);
  server.socket.say({ type: 'layers', source: 'camera', layers: 3 });
  await tick();
  expect(active()).toEqual([true, true, true]);
});

test('a socket that comes back leaves media alone and repeats what the server may have missed', async () => {
  const { call, server } = await inCall();
  call.want({ participant: 'bo', source: 'camera', width: 640.4, height: 360, priority: 1 });
  await tick(500);
  expect(server.socket.last('subscribe').wants).toEqual([
    { participant: 'bo', source: 'camera', width: 640, height: 360, priority: 1 },
  ]);

  server.socket.lose();
  await tick(250);
  server.socket.open();
  server.socket.say({ type: 'resumed', ...snapshot(['ada', 'bo', 'eve']) });
  await tick();

  expect(connections).toHaveLength(1);
  expect(connections[0]?.offers).toBe(1);
  expect(server.socket.count('subscribe')).toBe(1);
  expect(call.state.participants.map(({ name }) => name)).toEqual(['Ada', 'Bo', 'Eve']);
});

test('interrupted media restarts ICE, and after two tries in vain gets a new peer connection', async () => {
  const { server } = await inCall();
  server.socket.lives = true;
  const { socket } = server;
  connections[0]?.become('disconnected');
  await tick(1_500);
  expect(connections[0]?.restarts).toBe(1);
  expect(socket.last('offer')).not.toHaveProperty('peer_connection');
  const answer = () => {
    const { id } = socket.last('offer');
    socket.say({ type: 'answer', re: id ?? '', answer: 'again' });
  };
  answer();
  await tick(6_000);
  answer();
  expect(connections[0]?.restarts).toBe(2);
  await tick(6_000);

  expect(connections).toHaveLength(2);
  expect(socket.last('offer')).toMatchObject({ peer_connection: 'new' });
  answer();
  await tick();
  expect(connections[1]?.answers).toEqual(['again']);
  expect(socket.count('ready')).toBe(3);
  connections[1]?.become('connected');
  await tick();
  expect(socket.count('ready')).toBe(4);
});

test('a server that has forgotten the connection gets a new one at once', async () => {
  const { server } = await inCall();
  const { socket } = server;
  connections[0]?.become('failed');
  await tick();
  const { id } = socket.last('offer');
  const error = { type: 'error', code: 'offer_invalid', message: '', fatal: false } as const;
  socket.say({ ...error, re: id ?? '' });
  await tick();
  expect(connections).toHaveLength(2);
  expect(socket.last('offer')).toMatchObject({ peer_connection: 'new' });
});

test('while signaling is away too new sockets look for a way, and the server hears of them when it can', async () => {
  const { server } = await inCall();
  const [connection] = connections;
  server.swallow();
  server.socket.lose();
  connection?.become('disconnected');
  await tick(1_500 + 7_999);
  expect(connection?.restarts).toBe(0);
  await tick(1);
  expect(connection?.restarts).toBe(1);
  await tick(8_000);
  expect(connection?.restarts).toBe(2);

  connection?.become('connected');
  await tick(100);
  server.socket.open();
  server.socket.say({ type: 'resumed', ...snapshot() });
  await tick();
  expect(server.socket.last('offer').offer).toBe(`offer ${connection?.offers}`);
  expect(connection?.restarts).toBe(2);
  server.socket.say({ type: 'answer', re: server.socket.last('offer').id ?? '', answer: 'again' });
  await tick(10_000);
  expect(connection?.restarts).toBe(2);
});

test('media that falls silent has the socket looked at, and where that had to be replaced ICE is restarted at once', async () => {
  const { server } = await inCall();
  const [connection] = connections;
  for (let count = 0; count < 4; count += 1) {
    if (connection) connection.heardAt += 50;
    await tick(50);
  }
  expect(server.sockets).toHaveLength(1);

  await tick(SILENT_AFTER_MS + 100);
  expect(server.sockets[0]?.count('ping')).toBe(1);
  expect(server.sockets).toHaveLength(2);
  server.socket.open();
  server.socket.say({ type: 'resumed', ...snapshot() });
  await tick();
  expect(connection?.restarts).toBe(1);
  expect(server.socket.count('offer')).toBe(1);
});

test('media that falls silent because nobody sends changes nothing', async () => {
  const { call, server } = await inCall();
  const [connection] = connections;
  if (connection) connection.heardAt += 50;
  await tick(SILENT_AFTER_MS + 100);
  const [socket] = server.sockets;
  socket?.say({ type: 'pong', nonce: socket.last('ping').nonce });
  if (socket) socket.lives = true;
  await tick(5_000);

  expect(connection?.restarts).toBe(0);
  expect(call.state.signaling).toBe('open');
  expect(server.sockets).toHaveLength(2);
  expect(server.socket.closed).toBeDefined();
});

test('media that heals by itself is not restarted', async () => {
  await inCall();
  connections[0]?.become('disconnected');
  await tick(1_000);
  connections[0]?.become('connected');
  await tick(10_000);

  expect(connections[0]?.restarts).toBe(0);
});

test('when the server forgot us we join anew with a new peer connection', async () => {
  const { call, server } = await inCall();
  server.socket.lose();
  await tick(250);
  server.socket.open();
  server.socket.say({ type: 'error', code: 'resume_unknown', message: '', fatal: true });
  server.socket.lose(4001);
  await tick();
  server.socket.say(welcome(server.socket.open().id));
  await tick();

  expect(connections).toHaveLength(2);
  expect(server.socket.count('join')).toBe(1);
  expect(call.state.phase).toBe('joining');
});

test('joins, hands, chat and leaving are told once, and never of oneself', async () => {
  const { server, moments } = await inCall();
  const message = { id: 'm', participant: 'bo', name: 'Bo', text: 'Hi', sent_at_ms: 0 };
  server.socket.say({ type: 'participant', participant: person('eve') });
  server.socket.say({ type: 'participant', participant: person('eve') });
  server.socket.say({ type: 'participant', participant: { ...person('ada'), hand_raised: true } });
  server.socket.say({ type: 'participant', participant: { ...person('eve'), hand_raised: true } });
  server.socket.say({ type: 'chat', message });
  server.socket.say({ type: 'chat', message: { ...message, id: 'n', participant: 'ada' } });
  server.socket.say({ type: 'participant_left', participant: 'eve', reason: 'left' });

  expect(moments.map(({ kind }) => kind)).toEqual(['joined', 'hand', 'chat', 'left']);
});

test('being muted by a moderator mutes the microphone', async () => {
  const { call, server } = await inCall();
  server.socket.say({ type: 'muted', source: 'camera', kind: 'audio', by: 'bo' });
  await tick();

  expect(call.state.local.microphone.wanted).toBe('off');
});

test('leaving says so, closes everything and ends', async () => {
  const { call, server } = await inCall();
  call.leave();

  expect(server.socket.count('leave')).toBe(1);
  expect(server.socket.closed).toBe(1000);
  expect(connections[0]?.signalingState).toBe('closed');
  expect(call.state).toMatchObject({ phase: 'ended', ending: { code: 'left' } });
});

test('removal ends the call with its reason', async () => {
  const { call, server } = await inCall();
  server.socket.say({ type: 'ended', reason: 'removed', message: 'The mentor removed you.' });

  expect(call.state).toMatchObject({ phase: 'ended', ending: { code: 'removed' } });
});

/** A worker as the page sees it, and the transforms made for it. */
function fakeWorker() {
  const made: { options: { role: string; kind: string; key: Uint8Array | null } }[] = [];
  let page: { onmessage: (event: { data: unknown }) => void };
  const posted: unknown[] = [];
  vi.stubGlobal(
    'Worker',
    class {
      onmessage = () => undefined;
      postMessage = (message: unknown) => posted.push(message);
      terminate = () => undefined;
      constructor() {
        // eslint-disable-next-line @typescript-eslint/no-this-alias -- the page's end of it
        page = this;
      }
    },
  );
  vi.stubGlobal(
    'RTCRtpScriptTransform',
    class {
      constructor(
        readonly worker: unknown,
        readonly options: (typeof made)[number]['options'],
      ) {
        made.push(this);
      }
    },
  );
  return { made, posted, says: (data: unknown) => page.onmessage({ data }) };
}

const KEY = 'AAECAwQFBgcICQoLDA0ODw';

test('an encrypted call opens no socket before its worker is ready, and then transforms everything', async () => {
  const worker = fakeWorker();
  const server = new FakeServer();
  const call = new Call({
    pass: () => Promise.resolve({ token: 'token', url: 'ws://here' }),
    client: { name: 'test', version: '0' },
    openSocket: server.openSocket,
    encryption: { kind: 'end-to-end', key: KEY },
  });
  call.open();
  await call.join();
  await tick();
  expect(server.sockets).toHaveLength(0);

  worker.says('ready');
  await tick();
  server.socket.say(welcome(server.socket.open().id));
  await tick();
  // Four tracks out; two slots, each sound and picture.
  const roles = worker.made.map(({ options: { role, kind } }) => `${role} ${kind}`);
  expect(roles.filter((role) => role === 'send audio')).toHaveLength(2);
  expect(roles.filter((role) => role === 'send video')).toHaveLength(2);
  expect(roles.filter((role) => role === 'receive audio')).toHaveLength(2);
  expect(roles.filter((role) => role === 'receive video')).toHaveLength(2);
  expect(connections[0]?.transformed).toBe(8);

  // Another peer connection, as after a lost one, is not forgotten.
  server.socket.say(welcome(undefined));
  await tick();
  expect(connections[1]?.transformed).toBe(8);
});

test('a worker that does not start ends the call rather than its encryption', async () => {
  const server = new FakeServer();
  vi.stubGlobal(
    'Worker',
    class {
      terminate = () => undefined;
      set onerror(fail: () => void) {
        setTimeout(fail);
      }
    },
  );
  const call = new Call({
    pass: () => Promise.resolve({ token: 'token', url: 'ws://here' }),
    client: { name: 'test', version: '0' },
    openSocket: server.openSocket,
    encryption: { kind: 'end-to-end', key: KEY },
  });
  call.open();
  await tick(1);
  expect(call.state).toMatchObject({ phase: 'ended', ending: { code: 'encryption_failed' } });
  expect(server.sockets).toHaveLength(0);
});

test('what does not open is known of its slot until somebody else is in it', async () => {
  const worker = fakeWorker();
  const starting = inCall({ kind: 'end-to-end', key: KEY });
  worker.says('ready');
  const { call, server } = await starting;
  const slots = (participant: string) => [{ slot: 0, participant, source: 'camera' as const }];
  server.socket.say({ type: 'slots', slots: slots('bo') });
  await tick();
  worker.says({ slot: 0, kind: 'video', decryption: 'failing' });
  expect(call.state.undecryptable).toEqual([0]);
  server.socket.say({ type: 'slots', slots: slots('bo') });
  await tick();
  expect(call.state.undecryptable).toEqual([0]);

  server.socket.say({ type: 'slots', slots: slots('eve') });
  await tick();
  expect(call.state.undecryptable).toEqual([]);
  expect(worker.posted.at(-1)).toEqual({ forget: 0 });
});

test('without the key of an encrypted call nothing is published and no picture asked for', async () => {
  const worker = fakeWorker();
  const starting = inCall({ kind: 'end-to-end', key: null });
  worker.says('ready');
  const { call, server } = await starting;
  expect(call.state.encryption).toBe('no-key');
  expect(server.socket.last('join').sources).toEqual({});
  expect(worker.made.every(({ options }) => options.key === null)).toBe(true);
  call.want({ participant: 'bo', source: 'camera', width: 640, height: 360, priority: 0 });
  await tick(500);
  expect(server.socket.last('subscribe').wants).toEqual([]);
  expect(connections[0]?.sent.filter(Boolean)).toEqual([]);
});
