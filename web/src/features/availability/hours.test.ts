import { expect, test } from 'vitest';
import { hoursOf, mistakeIn, nextHours, timesWith, withHours } from './hours';

test('a day has its own hours, in order, and takes others', () => {
  const weekly = withHours(
    [
      { weekday: 'monday', from: '14:00', until: '15:00' },
      { weekday: 'monday', from: '09:00', until: '10:00' },
    ],
    'friday',
    [{ from: '08:00', until: '09:00' }],
  );
  expect(hoursOf(weekly, 'monday').map(({ from }) => from)).toEqual(['09:00', '14:00']);
  expect(hoursOf(weekly, 'friday')).toEqual([{ from: '08:00', until: '09:00' }]);
  expect(hoursOf(withHours(weekly, 'monday', []), 'monday')).toEqual([]);
});

test('what is added comes after what is there', () => {
  expect(nextHours([])).toEqual({ from: '09:00', until: '17:00' });
  expect(nextHours([{ from: '09:00', until: '17:00' }])).toEqual({ from: '18:00', until: '19:00' });
  expect(nextHours([{ from: '09:00', until: '23:30' }])).toEqual({ from: '23:30', until: '24:00' });
  expect(nextHours([{ from: '00:00', until: '24:00' }])).toBeUndefined();
});

test('mistakes are named', () => {
  expect(mistakeIn([{ from: '09:00', until: '09:00' }])).toBeDefined();
  expect(
    mistakeIn([
      { from: '12:00', until: '13:00' },
      { from: '09:00', until: '12:15' },
    ]),
  ).toBe('They overlap.');
  expect(
    mistakeIn([
      { from: '09:00', until: '12:00' },
      { from: '12:00', until: '24:00' },
    ]),
  ).toBeUndefined();
});

test('a time that is no quarter stays a choice', () => {
  expect(timesWith('09:05')).toContain('09:05');
  expect(timesWith()[0]).toBe('00:00');
  expect(timesWith().at(-1)).toBe('24:00');
});
