import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@playwright/test';
import { ChromiumDriver, FirefoxDriver, launchChromium, launchFirefox } from '../harness/drivers.ts';
import { LOOKS, writeDevices } from '../harness/looks.ts';
import { Participant } from '../harness/participant.ts';
import { Server } from '../harness/server.ts';
import { measureJoins } from './joins.ts';
import { Link, farChromium } from './link.ts';

/** Firefox is driven over the network, so it stays on this side of the link: the server and who is there already are on the other. */
test('join-50ms-firefox', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'facementor-quality-'));
  const { link, pid } = await Link.start();
  const server = await Server.start({
    announced: () => link.far,
    listen: '0.0.0.0',
    ops: link.far,
    command: (binary, args) => ['nsenter', [`--net=/proc/${pid}/ns/net`, binary, ...args]],
  });
  const chromium = await launchChromium(writeDevices(folder, 'ada', LOOKS.ada), {
    executablePath: farChromium(folder, pid),
  });
  const firefox = await launchFirefox(link.far);
  try {
    const ada = new Participant(await ChromiumDriver.open(chromium), 'Ada', LOOKS.ada, server.url);
    await ada.signIn('ada@demo.test');
    const code = await ada.openSession('open door');
    await ada.join(code, 'signed in');
    await ada.isInCall();
    await link.set({ reset: true, both: { delay: 50 } });
    const url = `http://${link.far}:${server.httpPort}`;
    await measureJoins('join-50ms-firefox', { join: 800, connected: 1_000 }, code, async () => {
      return new Participant(await FirefoxDriver.open(firefox, LOOKS.bo), 'Bo', LOOKS.bo, url);
    });
  } finally {
    await firefox.close();
    await chromium.close();
    await server.stop();
    await link.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
