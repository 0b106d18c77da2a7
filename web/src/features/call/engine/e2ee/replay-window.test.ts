import { expect, it } from 'vitest';
import { ReplayWindow } from './replay-window';

it('takes each counter once, in whatever order they come', () => {
  const window = new ReplayWindow();
  for (const counter of [5n, 3n, 4n, 0n]) {
    expect(window.accepts(counter)).toBe(true);
    window.mark(counter);
    expect(window.accepts(counter)).toBe(false);
  }
  expect(window.accepts(1n)).toBe(true);
});

it('takes none that is too old to be told apart', () => {
  const window = new ReplayWindow();
  window.mark(5000n);
  expect(window.accepts(5000n - 1024n)).toBe(false);
  expect(window.accepts(5000n - 1023n)).toBe(true);
});

it('goes on refusing repeats over a long call', () => {
  const window = new ReplayWindow();
  for (let counter = 0n; counter < 10_000n; counter += 1n) {
    expect(window.accepts(counter)).toBe(true);
    window.mark(counter);
    expect(window.accepts(counter - (counter % 1500n))).toBe(false);
  }
});
