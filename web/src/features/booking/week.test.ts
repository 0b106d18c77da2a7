import { expect, test } from 'vitest';
import { cellByKey, minuteIn, partsOf, rangeOf, weekOf } from './week';

const at = (text: string) => Date.parse(text);

test('a week goes from Monday to Sunday, over the end of a year', () => {
  const week = weekOf('2027-01-01');
  expect([week[0], week[6]]).toEqual(['2026-12-28', '2027-01-03']);
  expect(weekOf('2026-12-28')).toEqual(week);
});

test('what reaches over midnight is shown on both days', () => {
  const stretch = {
    starts_at_ms: at('2026-11-24T21:30:00Z'),
    ends_at_ms: at('2026-11-24T23:30:00Z'),
  };
  const parts = partsOf([stretch], weekOf('2026-11-24'), 'Europe/Madrid');
  expect(parts.map(({ date, from, until }) => [date, from, until])).toEqual([
    ['2026-11-24', 1350, 1440],
    ['2026-11-25', 0, 30],
  ]);
  const untilMidnight = { ...stretch, ends_at_ms: at('2026-11-24T23:00:00Z') };
  expect(partsOf([untilMidnight], weekOf('2026-11-24'), 'Europe/Madrid')).toHaveLength(1);
  expect(partsOf([stretch], weekOf('2026-11-16'), 'Europe/Madrid')).toEqual([]);
});

test('minutes are those of the clock there', () => {
  expect(minuteIn(at('2026-11-24T00:15:00Z'), 'Asia/Kolkata')).toBe(345);
  expect(minuteIn(at('2026-11-24T00:00:00Z'), 'UTC')).toBe(0);
});

test('a range covers its dates in the first and the last zone', () => {
  const { from_ms, until_ms } = rangeOf(weekOf('2026-11-24'));
  expect(from_ms).toBeLessThanOrEqual(at('2026-11-23T00:00:00+14:00'));
  expect(until_ms).toBeGreaterThanOrEqual(at('2026-11-29T24:00:00-12:00'));
});

test('keys lead through days, hours and weeks', () => {
  const cell = { date: '2026-11-30', hour: 0 };
  expect(cellByKey(cell, 'ArrowUp')).toEqual(cell);
  expect(cellByKey(cell, 'ArrowRight')).toEqual({ date: '2026-12-01', hour: 0 });
  expect(cellByKey(cell, 'PageUp')).toEqual({ date: '2026-11-23', hour: 0 });
  expect(cellByKey(cell, 'End')).toEqual({ date: '2026-11-30', hour: 23 });
  expect(cellByKey(cell, 'x')).toBeUndefined();
});
