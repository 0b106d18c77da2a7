import { expect, test } from 'vitest';
import type { Availability, Offering } from '@/api/types';
import { nextStep, stepsOf } from './steps';

const hours = (weekly: Availability['weekly']): Availability => ({
  time_zone: 'UTC',
  weekly,
  overrides: [],
  time_off: [],
});
const monday: Availability['weekly'] = [{ weekday: 'monday', from: '09:00', until: '10:00' }];
const offering = (is_active: boolean) => [{ is_active } as Offering];

test('a mentor is led from the first word to the link, a step at a time', () => {
  const applied = { status: 'applied', slug: null } as const;
  const approved = { status: 'approved', slug: 'ada' } as const;
  const none = { hours: undefined, offerings: undefined, shared: false };
  const next = (facts: Parameters<typeof stepsOf>[0]) => nextStep(stepsOf(facts))?.id;
  expect(next({ mentor: applied, ...none })).toBe('profile');
  expect(next({ mentor: { ...applied, slug: 'ada' }, ...none })).toBe('approval');
  expect(next({ mentor: { status: 'declined', slug: 'ada' }, ...none })).toBe('profile');
  expect(next({ mentor: approved, hours: hours([]), offerings: [], shared: false })).toBe('hours');
  const free = { mentor: approved, hours: hours(monday) };
  expect(next({ ...free, offerings: offering(false), shared: false })).toBe('offering');
  expect(next({ ...free, offerings: offering(true), shared: false })).toBe('share');
  expect(next({ ...free, offerings: offering(true), shared: true })).toBeUndefined();
});
