import { expect, test } from 'vitest';
import { ONCE, ruleOf } from './repeat';

test('what repeats has a rule', () => {
  expect(ruleOf(ONCE)).toBeUndefined();
  expect(ruleOf({ interval: 2, count: 6 })).toBe('FREQ=WEEKLY;INTERVAL=2;COUNT=6');
});
