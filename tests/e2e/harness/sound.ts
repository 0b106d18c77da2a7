import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { ChromiumDriver } from './drivers.ts';
import { expect } from './fixtures.ts';
import type { Participant } from './participant.ts';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const SIZES = [
  { width: 360, height: 740 },
  { width: 1440, height: 900 },
];

/** Their page, for what only Playwright does. */
export function pageOf({ driver }: Participant): Page {
  if (!(driver instanceof ChromiumDriver)) throw new Error('axe runs in Chromium here');
  return driver.page;
}

/** Colours on their way to a new scheme are nobody's colours: waits until the page knows of it, and for transitions to end. */
async function settled(colorScheme: 'light' | 'dark'): Promise<void> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  while (!matchMedia(`(prefers-color-scheme: ${colorScheme})`).matches) await frame();
  // Listeners hear of the change with the next frame, and transitions start with the one after that.
  for (let frames = 0; frames < 6; frames += 1) await frame();
  const ends = (animation: Animation) => animation.effect?.getComputedTiming().iterations !== Infinity;
  await Promise.all(
    document
      .getAnimations()
      .filter(ends)
      .map(({ finished }) => finished.catch(() => undefined)),
  );
}

/** What axe finds wrong in the page as it is, frames included. It stays in them from one look to the next. */
async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const frame of page.frames()) {
    // The frame in which a call makes its connections is shown to nobody.
    if (frame.parentFrame() && frame.url() === 'about:blank') continue;
    if (!(await frame.evaluate(() => 'axe' in window))) await frame.evaluate(axe.source);
    const wrong = await frame.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'], iframes: false });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    });
    found.push(...wrong);
  }
  return found;
}

/** No violation of WCAG in either colour scheme, phone or desk; nothing to scroll sideways for. */
export async function isSound(page: Page, state: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(settled, colorScheme);
      expect.soft(await violations(page), `${state}, ${size.width} px, ${colorScheme}`).toEqual([]);
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(sideways, `${state} fits ${size.width} px`).toBeLessThanOrEqual(0);
  }
}
