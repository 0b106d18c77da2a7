import { expect, test } from 'vitest';
import { hoursOf, type WeeklyHours } from './hours';
import { brushFor, fillingOf, painted } from './paint';

const monday = (...hours: [string, string][]): WeeklyHours[] =>
  hours.map(([from, until]) => ({ weekday: 'monday', from, until }));
const shown = (weekly: WeeklyHours[], day: WeeklyHours['weekday'] = 'monday') =>
  hoursOf(weekly, day).map(({ from, until }) => `${from}-${until}`);
const cell = (day: number, time: number) => ({ day, slot: time * 2 });

test('a stroke joins what it touches', () => {
  const before = monday(['09:00', '10:00'], ['11:00', '12:00']);
  expect(shown(painted(before, cell(0, 10), cell(0, 10.5), 'on'))).toEqual(['09:00-12:00']);
});

test('a stroke takes out what it covers and leaves the rest to the minute', () => {
  const before = monday(['09:05', '12:55']);
  expect(shown(painted(before, cell(0, 11), cell(0, 10), 'off'))).toEqual([
    '09:05-10:00',
    '11:30-12:55',
  ]);
});

test('a stroke over several days paints each, up to midnight', () => {
  const after = painted([], cell(2, 23), cell(0, 23.5), 'on');
  for (const day of ['monday', 'tuesday', 'wednesday'] as const) {
    expect(shown(after, day)).toEqual(['23:00-24:00']);
  }
  expect(shown(after, 'thursday')).toEqual([]);
});

test('a half hour is full, partly there, or not; the brush fills before it takes out', () => {
  const hours = hoursOf(monday(['09:00', '09:45']), 'monday');
  expect([18, 19, 20].map((slot) => fillingOf(hours, slot))).toEqual(['full', 'part', 'none']);
  const weekly = monday(['09:00', '09:45']);
  expect([18, 19, 20].map((slot) => brushFor(weekly, { day: 0, slot }))).toEqual([
    'off',
    'on',
    'on',
  ]);
});
