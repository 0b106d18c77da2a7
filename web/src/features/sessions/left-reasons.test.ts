import { expect, test } from 'vitest';
import { leftWords } from './left-reasons';

test.each(['left', 'refused', 'removed', 'replaced', 'lost', 'shutdown', 'idle'])(
  'after "%s" there is a way back',
  (reason) => {
    expect(leftWords(reason).rejoin).toBeTruthy();
  },
);

test('after the end of the session there is none', () => {
  expect(leftWords('room_ended').rejoin).toBeUndefined();
});

test('every reason of the protocol has words of its own', () => {
  const reasons = [
    'left',
    'refused',
    'removed',
    'room_ended',
    'replaced',
    'lost',
    'shutdown',
    'idle',
  ];
  expect(new Set(reasons.map((reason) => leftWords(reason).title)).size).toBe(reasons.length);
});

test('an unknown reason, or one like "constructor", is told as having left', () => {
  expect(leftWords('whatever').title).toBe('You left the session');
  expect(leftWords('constructor').title).toBe('You left the session');
  expect(leftWords(null).title).toBe('You left the session');
});
