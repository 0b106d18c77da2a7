import { expect, test } from 'vitest';
import { minutesAndSeconds } from './hold-clock';

test('a clock that counts down shows the second that is going on', () => {
  expect(minutesAndSeconds(600_000)).toBe('10:00');
  expect(minutesAndSeconds(599_001)).toBe('10:00');
  expect(minutesAndSeconds(61_000)).toBe('1:01');
  expect(minutesAndSeconds(1)).toBe('0:01');
  expect(minutesAndSeconds(0)).toBe('0:00');
});
