import { mkdirSync } from 'node:fs';
import type { Browser } from '@playwright/test';
import { ChromiumDriver, launchChromium } from '../harness/drivers.ts';
import { expect, test } from '../harness/fixtures.ts';
import { LOOKS, writeDevices } from '../harness/looks.ts';
import { pathInUse } from '../harness/observe.ts';
import { Participant } from '../harness/participant.ts';
import { type Firewall, MediaRelay } from '../harness/relay.ts';
import { Server } from '../harness/server.ts';
import { SECRET, TurnServer, isRelayPort } from '../harness/turn.ts';

type InChromium = (person: 'ada' | 'bo', base: string) => Promise<Participant>;

/** Two people in a call of this server; the ways their media took. */
async function pathsIn(server: Server, inChromium: InChromium) {
  const [ada, bo] = [await inChromium('ada', server.url), await inChromium('bo', server.url)];
  await ada.signIn('ada@demo.test');
  const code = await ada.openSession('open door');
  await ada.join(code, 'signed in');
  await bo.join(code, 'guest');
  await bo.sees(ada);
  await ada.sees(bo);
  await bo.hears(ada.look);
  return [await ada.driver.evaluate(pathInUse, undefined), await bo.driver.evaluate(pathInUse, undefined)];
}

/** The same where media has to get through `wall`, and what the server wrote. */
async function pathsThrough(wall: Firewall, environment: Record<string, string>, inChromium: InChromium) {
  const media = await MediaRelay.start(wall);
  const server = await Server.start({ announced: () => `127.0.0.1:${media.port}`, environment });
  media.forwardTo(server.sfuPort);
  try {
    return { paths: await pathsIn(server, inChromium), log: server.log() };
  } finally {
    media.close();
    await server.stop();
  }
}

test('where UDP is blocked, media comes over TCP on the same port', async ({ inChromium }) => {
  const { paths } = await pathsThrough({ udpFrom: () => false, tcpFrom: () => true }, {}, inChromium);
  for (const path of paths) expect(path).toEqual({ way: 'direct', protocol: 'tcp', family: 'IPv4' });
});

test('the pre-join page tells how the connection is, before the call', async ({ inChromium }) => {
  const note = (person: Participant) =>
    person.driver.evaluate(() => document.querySelector('[data-testid="connection"]')?.textContent ?? '', undefined);
  // A server of its own: elsewhere people of the call before may still be within their grace time.
  const open = await Server.start();
  try {
    const ada = await inChromium('ada', open.url);
    await ada.signIn('ada@demo.test');
    await ada.openPreJoin(await ada.openSession('open door'));
    await ada.poll('a good connection', () => note(ada)).toMatch(/^Good connection · \d+ ms$/u);
    expect(await ada.driver.evaluate(pathInUse, undefined)).toMatchObject({ way: 'direct', protocol: 'udp' });
    expect(await open.metric('participants')).toBe(0);
  } finally {
    await open.stop();
  }

  const media = await MediaRelay.start({ udpFrom: () => false, tcpFrom: () => true });
  const walled = await Server.start({ announced: () => `127.0.0.1:${media.port}` });
  media.forwardTo(walled.sfuPort);
  try {
    const bo = await inChromium('bo', walled.url);
    await bo.signIn('ada@demo.test');
    await bo.openPreJoin(await bo.openSession('open door'));
    await bo.poll('what blocks', () => note(bo)).toMatch(/^Connected over TCP · \d+ ms\. This network blocks UDP/u);
  } finally {
    media.close();
    await walled.stop();
  }
});

test('the pre-join page measures the bandwidth, and says what kind of call it carries', async ({ inChromium }) => {
  const ada = await inChromium('ada');
  await ada.signIn('ada@demo.test');
  await ada.openPreJoin(await ada.openSession('open door'));
  await ada.driver.click('[data-testid="test-bandwidth"]');
  const told = () =>
    ada.driver.evaluate(() => document.querySelector('[data-testid="bandwidth"]')?.textContent ?? '', undefined);
  await ada.poll('what was measured', told).toMatch(/^↓ .+ · ↑ .+ Mbit\/s\. Enough for everything\.$/u);
  await ada.driver.click('[data-testid="test-bandwidth"]');
  await ada.driver.click('[data-testid="join"]');
  await ada.isInCall();
});

for (const transport of ['udp', 'tcp'] as const) {
  test(`where nothing but a TURN server gets through, media comes through it, by ${transport}`, async ({
    inChromium,
  }) => {
    const turn = await TurnServer.start();
    try {
      const wall = { udpFrom: isRelayPort, tcpFrom: () => false };
      const { paths, log } = await pathsThrough(wall, turn.environment(transport), inChromium);
      for (const path of paths) expect(path).toEqual({ way: 'relayed', protocol: transport, family: 'IPv4' });
      expect(log).not.toContain(SECRET);
    } finally {
      await turn.stop();
    }
  });
}

test('where nothing but TLS to a TURN server gets through, media comes through it', async ({}, testInfo) => {
  const folder = testInfo.outputPath('devices');
  mkdirSync(folder, { recursive: true });
  const turn = await TurnServer.start();
  const browsers: Browser[] = [];
  try {
    // The certificate is the test's own: what is shown is the way, not the trust.
    const enter = async (person: 'ada' | 'bo', base: string) => {
      const args = ['--ignore-certificate-errors'];
      const browser = await launchChromium(writeDevices(folder, person, LOOKS[person]), { args });
      browsers.push(browser);
      const name = person === 'ada' ? 'Ada' : 'Bo';
      return new Participant(await ChromiumDriver.open(browser), name, LOOKS[person], base);
    };
    const wall = { udpFrom: isRelayPort, tcpFrom: () => false };
    const { paths } = await pathsThrough(wall, turn.environment('tls'), enter);
    for (const path of paths) expect(path).toEqual({ way: 'relayed', protocol: 'tls', family: 'IPv4' });
  } finally {
    for (const browser of browsers) await browser.close();
    await turn.stop();
  }
});

test('nobody goes a long way round who can go straight', async ({ inChromium }) => {
  const turn = await TurnServer.start();
  try {
    const open = { udpFrom: () => true, tcpFrom: () => true };
    const { paths } = await pathsThrough(open, turn.environment('udp'), inChromium);
    for (const path of paths) expect(path).toEqual({ way: 'direct', protocol: 'udp', family: 'IPv4' });
  } finally {
    await turn.stop();
  }
});

test('where there is IPv6 only, for pages and for media, a call works', async ({ inChromium }) => {
  const address = process.env.FACEMENTOR_E2E_ADDRESS6 ?? '';
  test.skip(!address, 'No network namespace with an IPv6 address here.');
  const server = await Server.start({
    listen: '[::1]',
    announced: () => address,
    environment: { FACEMENTOR_SFU__BIND: address },
  });
  try {
    for (const path of await pathsIn(server, inChromium)) {
      expect(path).toEqual({ way: 'direct', protocol: 'udp', family: 'IPv6' });
    }
  } finally {
    await server.stop();
  }
});
