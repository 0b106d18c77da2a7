import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, test as base } from '@playwright/test';
import { percentile, report } from '../bench/figures.ts';
import { ChromiumDriver, launchChromium } from '../harness/drivers.ts';
import { LOOKS, writeDevices } from '../harness/looks.ts';
import { Participant } from '../harness/participant.ts';
import { Server } from '../harness/server.ts';
import { type Camera, writeBusyCamera } from './camera.ts';
import { seesFrames } from './frames.ts';
import { Link, farChromium } from './link.ts';
import { type Mark, plot } from './plot.ts';
import type { Sample } from './samples.ts';

const PLOTS = fileURLToPath(new URL('../../../bench/quality/plots', import.meta.url));
/** How often each case runs; the median counts. */
export const REPEAT = Number(process.env.REPEAT ?? 1);

export interface Stage {
  link: Link;
  server: Server;
  /** Publishes a busy camera beside the server: nothing is wrong with her network. */
  near: Participant;
  /** Opens a fresh page behind the link, ready to join `code`. */
  far: () => Promise<Participant>;
  /** Somebody behind the link who sees her and whose frames are watched, with the own camera off: these cores are to encode one picture, not two. */
  viewer: () => Promise<Participant>;
  code: string;
}

interface Ground {
  link: Link;
  server: Server;
  browsers: { near: Browser; far: Browser };
}

export const test = base.extend<{ stage: Stage }, { slots: number; camera: Camera; ground: Ground }>({
  /** How many people each one is sent. */
  slots: [8, { option: true, scope: 'worker' }],
  /** What she publishes: as much as two cores encode in time beside all else, and a middle layer that browsers give its 400 kbit/s. */
  camera: [
    { width: 1080, height: 608, framesPerSecond: 20 },
    { option: true, scope: 'worker' },
  ],
  ground: [
    async ({ slots, camera: size }, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'facementor-quality-'));
      const { link, pid } = await Link.start();
      const server = await Server.start({
        announced: () => link.near,
        listen: '0.0.0.0',
        environment: { FACEMENTOR_LIVE__SLOTS: String(slots) },
      });
      const devices = writeDevices(folder, 'far', LOOKS.bo);
      const camera = join(folder, 'busy.y4m');
      writeBusyCamera(camera, size);
      const near = await launchChromium({ camera, microphone: devices.microphone });
      const far = await launchChromium(devices, {
        executablePath: farChromium(folder, pid),
        // The far page is not on localhost, and has no certificate.
        args: [`--unsafely-treat-insecure-origin-as-secure=http://${link.near}:${server.httpPort}`],
      });
      await use({ link, server, browsers: { near, far } });
      await near.close();
      await far.close();
      await server.stop();
      await link.stop();
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  stage: async ({ ground: { link, server, browsers } }, use) => {
    await link.set({ reset: true });
    const open: ChromiumDriver[] = [];
    const enter = async (browser: Browser, name: string, look: (typeof LOOKS)['ada'], url: string) => {
      const driver = await ChromiumDriver.open(browser);
      open.push(driver);
      return new Participant(driver, name, look, url);
    };
    const near = await enter(browsers.near, 'Ada', LOOKS.ada, server.url);
    await near.signIn('ada@demo.test');
    const code = await near.openSession('open door');
    await near.join(code, 'signed in');
    await near.isInCall();
    // She looks at nothing: a small page leaves these cores to her encoder.
    await near.resize({ width: 480, height: 360 });
    const farUrl = `http://${link.near}:${server.httpPort}`;
    const far = () => enter(browsers.far, 'Bo', LOOKS.bo, farUrl);
    const viewer = async () => {
      const person = await far();
      await person.join(code, 'guest');
      await person.isInCall();
      await person.driver.press('v');
      await seesFrames(person, near);
      return person;
    };
    await use({ link, server, near, code, far, viewer });
    await link.set({ reset: true });
    for (const driver of open) await driver.close().catch(() => undefined);
  },
});

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Runs a case so often, plots its first run and tells the medians. */
export async function measure(
  name: string,
  targets: Record<string, { unit: string; target: number | null; atLeast?: true }>,
  run: () => Promise<{ samples?: Sample[]; marks?: Mark[]; figures: Record<string, number> }>,
): Promise<void> {
  const runs: Record<string, number>[] = [];
  for (let count = 0; count < REPEAT; count += 1) {
    const { samples, marks, figures } = await run();
    runs.push(figures);
    if (count === 0 && samples) plot(join(PLOTS, `${name}.svg`), name, samples, marks);
  }
  for (const [what, { unit, target, atLeast }] of Object.entries(targets)) {
    const values = runs.map((figures) => figures[what] ?? Number.NaN);
    report(`${name}-${what}`, percentile(values, 0.5), unit, target, atLeast, values);
  }
}
