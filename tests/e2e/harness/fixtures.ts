import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, test as base } from '@playwright/test';
import type { Browser as Firefox } from 'puppeteer-core';
import {
  ChromiumDriver,
  type Driver,
  FIREFOX_TONE_HZ,
  FirefoxDriver,
  launchChromium,
  launchFirefox,
} from './drivers.ts';
import { LOOKS, writeDevices } from './looks.ts';
import { Participant } from './participant.ts';
import { Server } from './server.ts';

type Person = 'ada' | 'bo' | 'eve';

/** Names as the demo people and guests of these tests carry them. */
const NAMES: Record<Person, string> = { ada: 'Ada', bo: 'Bo', eve: 'Eve' };

interface WorkerFixtures {
  server: Server;
  /** A Chromium each, because its devices are the process's. */
  chromiums: (person: Person) => Promise<Browser>;
  /** A Firefox each: it hides all windows of a process but one, and hidden pages draw nothing. */
  firefoxes: (person: Person) => Promise<Firefox>;
}

interface TestFixtures {
  /** Somebody in a fresh Chromium profile; `base` when they reach the server another way. */
  inChromium: (person: Person, base?: string) => Promise<Participant>;
  inFirefox: (person: Person, base?: string) => Promise<Participant>;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],

  chromiums: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'facementor-devices-'));
      const launched = new Map<Person, Promise<Browser>>();
      await use((person) => {
        const browser = launched.get(person) ?? launchChromium(writeDevices(folder, person, LOOKS[person]));
        launched.set(person, browser);
        return browser;
      });
      for (const browser of launched.values()) await (await browser).close();
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],

  firefoxes: [
    async ({}, use) => {
      const launched = new Map<Person, Promise<Firefox>>();
      await use((person) => {
        const browser = launched.get(person) ?? launchFirefox();
        launched.set(person, browser);
        return browser;
      });
      for (const browser of launched.values()) await (await browser).close();
    },
    { scope: 'worker' },
  ],

  inChromium: async ({ server, chromiums }, use, testInfo) => {
    const open: ChromiumDriver[] = [];
    await use(async (person, base = server.url) => {
      const driver = await ChromiumDriver.open(await chromiums(person));
      open.push(driver);
      return new Participant(driver, NAMES[person], LOOKS[person], base);
    });
    if (testInfo.status !== testInfo.expectedStatus) {
      for (const [index, { page }] of open.entries()) {
        const picture = await page.screenshot().catch(() => undefined);
        if (picture) await testInfo.attach(`page-${index}.png`, { body: picture, contentType: 'image/png' });
      }
      await testInfo.attach('server.log', { body: server.log().slice(-200_000), contentType: 'text/plain' });
    }
    await closeAll(open);
  },

  inFirefox: async ({ server, firefoxes }, use) => {
    const open: Driver[] = [];
    await use(async (person, base = server.url) => {
      const driver = await FirefoxDriver.open(await firefoxes(person), LOOKS[person]);
      open.push(driver);
      return new Participant(driver, NAMES[person], { ...LOOKS[person], toneHz: FIREFOX_TONE_HZ }, base);
    });
    await closeAll(open);
  },
});

async function closeAll(drivers: Driver[]): Promise<void> {
  for (const driver of drivers) await driver.close().catch(() => undefined);
}

export { expect } from '@playwright/test';
