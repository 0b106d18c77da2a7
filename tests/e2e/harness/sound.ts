import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { ChromiumDriver } from './drivers.ts';
import { expect } from './fixtures.ts';
import type { Participant } from './participant.ts';

const SIZES = [
  { width: 360, height: 740 },
  { width: 1440, height: 900 },
];

/** Their page, for what only Playwright does. */
export function pageOf({ driver }: Participant): Page {
  if (!(driver instanceof ChromiumDriver)) throw new Error('axe runs in Chromium here');
  return driver.page;
}

/** Colours on their way to a new scheme are nobody's colours: waits for transitions to end. */
async function settled(): Promise<void> {
  // The page hears of a change of scheme a frame or two later, and transitions start with the one after that.
  for (let frames = 0; frames < 6; frames += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  const ends = (animation: Animation) => animation.effect?.getComputedTiming().iterations !== Infinity;
  await Promise.all(
    document
      .getAnimations()
      .filter(ends)
      .map(({ finished }) => finished.catch(() => undefined)),
  );
}

/** No violation of WCAG in either colour scheme, phone or desk; nothing to scroll sideways for. */
export async function isSound(page: Page, state: string): Promise<void> {
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
