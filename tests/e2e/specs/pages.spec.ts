import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { ChromiumDriver } from '../harness/drivers.ts';
import { expect, test } from '../harness/fixtures.ts';
import type { Participant } from '../harness/participant.ts';

const SIZES = [
  { width: 360, height: 740 },
  { width: 1440, height: 900 },
];

function pageOf({ driver }: Participant): Page {
  if (!(driver instanceof ChromiumDriver)) throw new Error('axe runs in Chromium here');
  return driver.page;
}

/** Colours on their way to a new scheme are nobody's colours: waits for transitions to end. */
async function settled(): Promise<void> {
  // A change of scheme shows, and starts transitions, with the next frame.
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const ends = (animation: Animation) => animation.effect?.getComputedTiming().iterations !== Infinity;
  await Promise.all(
    document
      .getAnimations()
      .filter(ends)
      .map(({ finished }) => finished.catch(() => undefined)),
  );
}

/** No violation of WCAG in either colour scheme, phone or desk; nothing to scroll sideways for. */
async function isSound(page: Page, state: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(settled);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
      expect.soft(found, `${state}, ${size.width} px, ${colorScheme}`).toEqual([]);
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(sideways, `${state} fits ${size.width} px`).toBeLessThanOrEqual(0);
  }
}

test('pages before the call are accessible', async ({ server, inChromium }) => {
  const visitor = await inChromium('bo');
  const page = pageOf(visitor);
  for (const path of ['/', '/sign-in', '/sign-up', '/nowhere', '/left/demo?reason=removed', '/join/no-such-code']) {
    await page.goto(server.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await isSound(page, path);
  }
});

test('a new person signs up, finds no sessions yet, and signs out', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('eve'));
  await page.goto(`${server.url}/sign-up`);
  await page.getByLabel('Name').fill('Nia');
  await page.getByLabel('E-mail').fill('nia@example.test');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: /create/i }).click();
  await page.waitForURL('**/sessions');
  await page.getByRole('heading', { name: /no sessions yet/i }).waitFor();
  await isSound(page, 'sessions, none');
});

test('a mentor signs in with a demo account, starts a session and shares its link', async ({ server, inChromium }) => {
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  const page = pageOf(ada);
  await page.goto(`${server.url}/sign-in`);
  await page.getByLabel('E-mail').fill('ada@demo.test');
  await page.getByLabel('Password', { exact: true }).fill('demo-demo-demo');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/sessions');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await isSound(page, 'sessions of a mentor');
  await page.setViewportSize({ width: 1280, height: 720 });

  const code = await ada.openSession('with waiting room', 'Ownership and borrowing');
  await bo.openPreJoin(code);
  await bo.shows('[data-testid="join"]');
  await isSound(pageOf(bo), 'pre-join');
  await pageOf(bo).setViewportSize({ width: 1280, height: 720 });
  await bo.join(code, 'guest');
  await bo.shows('[data-testid="waiting"]');
  await isSound(pageOf(bo), 'at the door');

  await ada.join(code, 'signed in');
  await ada.isInCall();
  await ada.admits(bo);
  await ada.sees(bo);
  await isSound(page, 'call with people list');
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.keyboard.press('c');
  await page.getByRole('textbox').fill('Hello, Bo');
  await page.keyboard.press('Enter');
  await isSound(page, 'call with chat');
});

test('the pages of an end-to-end encrypted session are accessible, with and without its key', async ({
  inChromium,
}) => {
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  const page = pageOf(ada);
  await ada.signIn('ada@demo.test');
  await page.goto(`${ada.base}/sessions`);
  await page.getByRole('button', { name: 'Start a session' }).first().click();
  await page.getByLabel('What is it about?').fill('In private');
  await page.getByLabel('Waiting room').click();
  await page.getByLabel('End-to-end encryption').click();
  await isSound(page, 'start an encrypted session');
  await page.getByRole('button', { name: 'Start and copy link' }).click();
  await ada.shows('[data-testid="encryption-note"]');
  await isSound(page, 'encrypted pre-join');
  const code = /join\/([^#]+)#/u.exec(page.url())?.[1] ?? '';
  await ada.driver.click('[data-testid="join"]');
  await ada.isInCall();

  await bo.openPreJoin(code);
  await bo.shows('[data-testid="no-key-note"]');
  await isSound(pageOf(bo), 'pre-join without the key');
  await pageOf(bo).setViewportSize({ width: 1280, height: 720 });
  await bo.join(code, 'guest');
  await bo.showsState(ada, 'sealed', 'no-key');
  await isSound(pageOf(bo), 'call without the key');

  await page.getByTestId('more').click();
  await isSound(page, 'menu of an encrypted call');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.getByTestId('encryption-badge').click();
  await ada.shows('[data-testid="safety-number"]');
  await isSound(page, 'about the encryption');
});
