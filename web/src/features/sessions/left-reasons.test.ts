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

test('an error code of signaling is never told as having left', () => {
  for (const code of ['internal', 'malformed', 'token_invalid', 'rate_limited', 'constructor']) {
    expect(leftWords(code).title).toBe('The call could not go on');
  }
  expect(leftWords('token_revoked')).toBe(leftWords('removed'));
  expect(leftWords('resume_unknown')).toBe(leftWords('lost'));
});

test('no reason at all is having left', () => {
  expect(leftWords(null).title).toBe('You left the session');
});
