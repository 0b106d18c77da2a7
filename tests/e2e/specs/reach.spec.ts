import { ChromiumDriver } from '../harness/drivers.ts';
import { expect, test } from '../harness/fixtures.ts';
import { pathInUse } from '../harness/observe.ts';
import type { Participant } from '../harness/participant.ts';
import { Server } from '../harness/server.ts';
import { TurnServer } from '../harness/turn.ts';

/** As on a network that lets nothing but the TURN server through: the browser uses no path of its own. */
async function onlyByRelay({ driver }: Participant): Promise<void> {
  if (!(driver instanceof ChromiumDriver)) throw new Error('Chromium is asked to');
  await driver.page.addInitScript(() => {
    const Native = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy: 'relay' });
      }
    };
  });
}

for (const transport of ['udp', 'tcp'] as const) {
  test(`somebody who reaches only the TURN server, by ${transport}, is in the call`, async ({ inChromium }) => {
    const turn = await TurnServer.start();
    const server = await Server.start({ environment: turn.environment(transport) });
    try {
      const [ada, bo] = [await inChromium('ada', server.url), await inChromium('bo', server.url)];
      await onlyByRelay(bo);
      await ada.signIn('ada@demo.test');
      const code = await ada.openSession('open door');
      await ada.join(code, 'signed in');
      await bo.join(code, 'guest');
      await bo.sees(ada);
      await ada.sees(bo);
      await bo.hears(ada.look);
      expect(await bo.driver.evaluate(pathInUse, undefined)).toEqual({ local: 'relay', relayProtocol: transport });
      expect(await ada.driver.evaluate(pathInUse, undefined)).not.toMatchObject({ local: 'relay' });
      // The secret, and what is made of it, is nobody's to read.
      expect(server.log()).not.toContain('a secret of these tests');
    } finally {
      await server.stop();
      await turn.stop();
    }
  });
}
