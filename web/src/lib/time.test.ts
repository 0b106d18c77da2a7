import { describe, expect, test } from 'vitest';
import {
  clockTime,
  dayAndTime,
  dayName,
  duration,
  fullTime,
  type Viewer,
  withinText,
  zoneName,
} from './time';

const madrid: Viewer = { timeZone: 'Europe/Madrid', hourCycle: 'h23' };
const newYork: Viewer = { timeZone: 'America/New_York', hourCycle: 'h12' };
const at = (iso: string) => Date.parse(iso);

describe('a moment is told in the zone of the reader', () => {
  test.each([
    ['2026-11-24T13:00:00Z', madrid, '14:00'],
    ['2026-11-24T13:00:00Z', newYork, '8:00 am'],
    ['2026-11-24T23:30:00Z', madrid, '00:30'],
    // The clocks went back in Madrid on 25 October 2026 at 03:00 CEST: 02:30 happens twice.
    ['2026-10-25T00:30:00Z', madrid, '02:30'],
    ['2026-10-25T01:30:00Z', madrid, '02:30'],
  ])('%s for %o', (iso, viewer, expected) => {
    expect(clockTime(at(iso), viewer)).toBe(expected);
  });

  test('the full form tells the two half past twos apart', () => {
    expect(fullTime(at('2026-10-25T00:30:00Z'), madrid)).not.toBe(
      fullTime(at('2026-10-25T01:30:00Z'), madrid),
    );
  });
});

test.each([
  ['2026-11-24T22:30:00Z', '2026-11-24T09:00:00Z', madrid, 'Today'],
  ['2026-11-24T23:30:00Z', '2026-11-25T09:00:00Z', madrid, 'Today'],
  ['2026-11-24T23:30:00Z', '2026-11-25T09:00:00Z', newYork, 'Yesterday'],
  ['2026-11-25T23:30:00Z', '2026-11-25T09:00:00Z', madrid, 'Tomorrow'],
  // Half past eleven before a Sunday of 23 hours, and its evening.
  ['2026-03-29T20:00:00Z', '2026-03-28T22:30:00Z', madrid, 'Tomorrow'],
  ['2026-03-29T22:30:00Z', '2026-03-28T22:30:00Z', madrid, 'Mon 30 Mar'],
  ['2026-11-17T12:00:00Z', '2026-11-25T09:00:00Z', madrid, 'Tue 17 Nov'],
  ['2025-11-17T12:00:00Z', '2026-11-25T09:00:00Z', madrid, 'Mon 17 Nov 2025'],
])('%s seen at %s is "%s"', (iso, now, viewer, expected) => {
  expect(dayName(at(iso), at(now), viewer)).toBe(expected);
});

test('day and time stand together', () => {
  expect(dayAndTime(at('2026-11-24T13:00:00Z'), at('2026-11-24T13:05:00Z'), madrid)).toBe(
    'Today 14:00',
  );
});

test('within a sentence only names of days keep their capital', () => {
  expect(withinText('Today 14:00')).toBe('today 14:00');
  expect(withinText('Tue 17 Nov 14:00')).toBe('Tue 17 Nov 14:00');
});

test.each([
  [20_000, 'less than a minute'],
  [45 * 60_000, '45 min'],
  [60 * 60_000, '1 h'],
  [80 * 60_000, '1 h 20 min'],
])('%d ms last %s', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

test('a zone is named by its city', () => {
  expect(zoneName('America/New_York')).toBe('New York');
  expect(zoneName('UTC')).toBe('UTC');
});
