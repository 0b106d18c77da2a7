import { expect, test } from '../harness/fixtures.ts';
import { pathInUse } from '../harness/observe.ts';
import type { Participant } from '../harness/participant.ts';
import { type Firewall, MediaRelay } from '../harness/relay.ts';
import { Server } from '../harness/server.ts';
import { SECRET, TurnServer, isRelayPort } from '../harness/turn.ts';

type InChromium = (person: 'ada' | 'bo', base: string) => Promise<Participant>;

/** Two people in a call whose media has to get through `wall`; the ways it took. */
async function pathsThrough(wall: Firewall, environment: Record<string, string>, inChromium: InChromium) {
  const media = await MediaRelay.start(wall);
  const server = await Server.start({ announced: () => `127.0.0.1:${media.port}`, environment });
  media.forwardTo(server.sfuPort);
  try {
    const [ada, bo] = [await inChromium('ada', server.url), await inChromium('bo', server.url)];
    await ada.signIn('ada@demo.test');
    const code = await ada.openSession('open door');
    await ada.join(code, 'signed in');
    await bo.join(code, 'guest');
    await bo.sees(ada);
    await ada.sees(bo);
    await bo.hears(ada.look);
    const paths = [await ada.driver.evaluate(pathInUse, undefined), await bo.driver.evaluate(pathInUse, undefined)];
    return { paths, log: server.log() };
  } finally {
    media.close();
    await server.stop();
  }
}

test('where UDP is blocked, media comes over TCP on the same port', async ({ inChromium }) => {
  const { paths } = await pathsThrough({ udpFrom: () => false, tcpFrom: () => true }, {}, inChromium);
  for (const path of paths) expect(path).toEqual({ way: 'direct', protocol: 'tcp' });
});

for (const transport of ['udp', 'tcp'] as const) {
  test(`where nothing but a TURN server gets through, media comes through it, by ${transport}`, async ({
    inChromium,
  }) => {
    const turn = await TurnServer.start();
    try {
      const wall = { udpFrom: isRelayPort, tcpFrom: () => false };
      const { paths, log } = await pathsThrough(wall, turn.environment(transport), inChromium);
      for (const path of paths) expect(path).toEqual({ way: 'relayed', protocol: transport });
      expect(log).not.toContain(SECRET);
    } finally {
      await turn.stop();
    }
  });
}

test('nobody goes a long way round who can go straight', async ({ inChromium }) => {
  const turn = await TurnServer.start();
  try {
    const open = { udpFrom: () => true, tcpFrom: () => true };
    const { paths } = await pathsThrough(open, turn.environment('udp'), inChromium);
    for (const path of paths) expect(path).toEqual({ way: 'direct', protocol: 'udp' });
  } finally {
    await turn.stop();
  }
});
