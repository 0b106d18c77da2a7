import { expect, test } from 'vitest';
import { byDate, dateByKey, monthAfter, rangesOf, weeksOf } from './days';

const at = (text: string) => ({
  starts_at_ms: Date.parse(text),
  ends_at_ms: Date.parse(text) + 1_800_000,
  seats_left: 1,
});

test('an opening belongs to the date its reader has then', () => {
  const openings = [at('2026-11-24T22:30:00Z'), at('2026-11-24T23:30:00Z')];
  expect([...byDate(openings, 'UTC').keys()]).toEqual(['2026-11-24']);
  expect([...byDate(openings, 'Europe/Madrid').keys()]).toEqual(['2026-11-24', '2026-11-25']);
  expect([...byDate(openings, 'Pacific/Kiritimati').keys()]).toEqual(['2026-11-25']);
});

test('a month is whole weeks from Monday on', () => {
  const weeks = weeksOf('2026-11');
  expect(weeks).toHaveLength(6);
  expect(weeks[0]).toEqual([null, null, null, null, null, null, '2026-11-01']);
  expect(weeks[5]?.[0]).toBe('2026-11-30');
  expect(weeks.flat().filter(Boolean)).toHaveLength(30);
  expect(weeksOf('2027-02')).toHaveLength(4);
});

test('months go on over the year', () => {
  expect(monthAfter('2026-12', 1)).toBe('2027-01');
  expect(monthAfter('2026-01', -1)).toBe('2025-12');
});

test('what is asked for covers the month in every zone, in parts the server takes', () => {
  for (const month of ['2026-01', '2026-02', '2026-12']) {
    const [first, second] = rangesOf(month);
    expect(first?.until_ms).toBe(second?.from_ms);
    for (const range of [first, second]) {
      expect((range?.until_ms ?? 0) - (range?.from_ms ?? 0)).toBeLessThanOrEqual(31 * 86_400_000);
    }
    expect(first?.from_ms).toBeLessThanOrEqual(Date.parse(`${month}-01T00:00:00+14:00`));
    expect(second?.until_ms).toBeGreaterThanOrEqual(
      Date.parse(`${monthAfter(month, 1)}-01T00:00:00-12:00`),
    );
  }
});

test('arrows walk through days and weeks', () => {
  expect(dateByKey('2026-11-30', 'ArrowRight')).toBe('2026-12-01');
  expect(dateByKey('2026-11-03', 'ArrowUp')).toBe('2026-10-27');
  expect(dateByKey('2026-11-25', 'Home')).toBe('2026-11-23');
  expect(dateByKey('2026-11-25', 'End')).toBe('2026-11-29');
  expect(dateByKey('2026-11-25', 'a')).toBeUndefined();
});
