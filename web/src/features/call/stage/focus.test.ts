import { expect, test } from 'vitest';
import { focusDueIn, NO_FOCUS, nextFocus } from './focus';

const people = ['bo', 'eve'];

test('the first to speak is large at once', () => {
  expect(nextFocus(NO_FOCUS, ['bo'], people, 0).shown).toBe('bo');
});

test('a short "yes" does not take the stage', () => {
  let focus = nextFocus(NO_FOCUS, ['bo'], people, 0);
  focus = nextFocus(focus, ['eve', 'bo'], people, 5_000);
  focus = nextFocus(focus, ['bo'], people, 5_500);
  focus = nextFocus(focus, ['eve'], people, 6_000);
  focus = nextFocus(focus, ['eve'], people, 6_700);
  expect(focus.shown).toBe('bo');
});

test('who goes on speaking takes it', () => {
  let focus = nextFocus(NO_FOCUS, ['bo'], people, 0);
  focus = nextFocus(focus, ['eve'], people, 5_000);
  expect(focusDueIn(focus, 5_000)).toBe(800);
  focus = nextFocus(focus, ['eve'], people, 5_800);
  expect(focus.shown).toBe('eve');
});

test('nobody loses it right after getting it', () => {
  let focus = nextFocus(NO_FOCUS, ['bo'], people, 0);
  focus = nextFocus(focus, ['eve'], people, 100);
  focus = nextFocus(focus, ['eve'], people, 1_000);
  expect(focus.shown).toBe('bo');
  expect(focusDueIn(focus, 1_000)).toBe(1_500);
});

test('silence changes nothing, leaving does, and you are never large', () => {
  let focus = nextFocus(NO_FOCUS, ['me', 'bo'], people, 0);
  expect(focus.shown).toBe('bo');
  focus = nextFocus(focus, [], people, 9_000);
  expect(focus.shown).toBe('bo');
  focus = nextFocus(focus, [], ['eve'], 10_000);
  expect(focus.shown).toBeNull();
});
