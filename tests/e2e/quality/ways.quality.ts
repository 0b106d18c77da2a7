import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@playwright/test';
import { ChromiumDriver, launchChromium } from '../harness/drivers.ts';
import { LOOKS, writeDevices } from '../harness/looks.ts';
import { type Path, pathInUse } from '../harness/observe.ts';
import { Participant } from '../harness/participant.ts';
import { MediaRelay } from '../harness/relay.ts';
import { Server, type ServerOptions } from '../harness/server.ts';
import { TurnServer, isRelayPort } from '../harness/turn.ts';
import { measureJoins } from './joins.ts';

// Joins by ways that are not UDP over IPv4. On one machine, without delay: what looking for the way costs by itself.

for (const transport of ['udp', 'tcp'] as const) {
  test(`join-turn-${transport}`, async () => {
    const turn = await TurnServer.start();
    // Nothing gets through but what the TURN server relays.
    const media = await MediaRelay.start({ udpFrom: isRelayPort, tcpFrom: () => false });
    try {
      const options = {
        announced: () => `127.0.0.1:${media.port}`,
        environment: turn.environment(transport),
      };
      await joins(`join-turn-${transport}`, options, (server) => media.forwardTo(server.sfuPort), {
        way: 'relayed',
        protocol: transport,
      });
    } finally {
      media.close();
      await turn.stop();
    }
  });
}

test('join-ipv6-only', async () => {
  const address = process.env.FACEMENTOR_E2E_ADDRESS6 ?? '';
  test.skip(!address, 'No network namespace with an IPv6 address here.');
  const options = { listen: '[::1]', announced: () => address, environment: { FACEMENTOR_SFU__BIND: address } };
  await joins('join-ipv6-only', options, () => undefined, { way: 'direct', family: 'IPv6' });
});

/** Somebody is in the call; another joins it again and again, and media takes the way that is meant. */
async function joins(
  name: string,
  options: ServerOptions,
  started: (server: Server) => void,
  way: Partial<Path>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'facementor-quality-'));
  const server = await Server.start(options);
  started(server);
  const ada = await launchChromium(writeDevices(folder, 'ada', LOOKS.ada));
  const bo = await launchChromium(writeDevices(folder, 'bo', LOOKS.bo));
  try {
    const host = new Participant(await ChromiumDriver.open(ada), 'Ada', LOOKS.ada, server.url);
    await host.signIn('ada@demo.test');
    const code = await host.openSession('open door');
    await host.join(code, 'signed in');
    await host.isInCall();
    await host.poll('the way that is meant', () => host.driver.evaluate(pathInUse, undefined)).toMatchObject(way);
    await measureJoins(name, { join: 2_000, connected: 2_000 }, code, async () => {
      return new Participant(await ChromiumDriver.open(bo), 'Bo', LOOKS.bo, server.url);
    });
  } finally {
    await ada.close();
    await bo.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
