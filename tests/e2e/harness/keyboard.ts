import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';

/** More than any page here has stops. */
const MOST_STOPS = 80;

interface Stop {
  name: string;
  /** Why its focus cannot be seen; empty: it can. */
  hidden: string;
}

/** A person without a mouse. Moving is free; what they decide is counted. */
export class Keyboard {
  readonly decisions: string[] = [];

  constructor(private readonly page: Page) {}

  /** Tabs until the focus is on something with this name; on the way the focus is always visible. */
  async goTo(name: RegExp): Promise<void> {
    for (let presses = 0; presses < MOST_STOPS; presses += 1) {
      await this.page.keyboard.press('Tab');
      const stop = await this.page.evaluate(focused);
      expect(stop.hidden, `the focus on "${stop.name}" is visible`).toBe('');
      if (name.test(stop.name)) return;
    }
    throw new Error(`the keyboard does not reach ${name}`);
  }

  /** Goes to something and presses it. */
  async decide(name: RegExp, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
    await this.goTo(name);
    this.decisions.push(`${key} on ${name.source}`);
    await this.page.keyboard.press(key);
  }
}

/** What has the focus, by what a screen reader would call it, and whether it shows once what moves has come to rest. */
async function focused(): Promise<Stop> {
  await new Promise((resolve) => requestAnimationFrame(resolve));
  const ends = (animation: Animation) => animation.effect?.getComputedTiming().iterations !== Infinity;
  const moving = document.getAnimations().filter(ends);
  await Promise.all(moving.map(({ finished }) => finished.catch(() => undefined)));
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return { name: '', hidden: '' };
  const by = element.getAttribute('aria-labelledby');
  const label = by && document.getElementById(by)?.textContent;
  const of = 'labels' in element ? (element.labels as NodeListOf<HTMLLabelElement> | null) : null;
  const name = element.getAttribute('aria-label') ?? label ?? of?.[0]?.textContent ?? element.textContent;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const shadowed = style.boxShadow !== 'none';
  const inView = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const hidden = [
    !element.matches(':focus-visible') && 'no :focus-visible',
    !outlined && !shadowed && 'no ring',
    (box.width < 8 || box.height < 8) && 'too small',
    !inView && 'out of view',
  ].filter((why) => why !== false);
  return { name: name.trim(), hidden: hidden.join(', ') };
}
