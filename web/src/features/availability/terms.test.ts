import { expect, test } from 'vitest';
import type { Offering } from '@/api/types';
import { formOf, termsOf } from './terms';

const offering: Offering = {
  id: '1',
  mentor: { id: '2', display_name: 'Ada' },
  title: 'Half an hour',
  description: 'Anything.',
  minutes: 30,
  price_minor: 4550,
  currency: 'EUR',
  seats: 1,
  questions: ['Why?', 'How?'],
  buffer_before_minutes: 5,
  buffer_after_minutes: 10,
  minimum_notice_minutes: 90,
  horizon_days: 30,
  max_per_day: 4,
  max_per_week: null,
  cancellation_notice_minutes: 1440,
  is_active: true,
};

test('what was stored comes back as it was', () => {
  const terms = termsOf(formOf(offering), true);
  expect({ id: '1', mentor: offering.mentor, ...terms }).toEqual(offering);
});

test('a new one is half an hour and free', () => {
  expect(termsOf({ ...formOf(), title: ' Talk ' }, true)).toMatchObject({
    title: 'Talk',
    minutes: 30,
    price_minor: 0,
    questions: [],
    max_per_day: null,
  });
});

test('what is no number is left for the server to refuse', () => {
  expect(
    termsOf({ ...formOf(), minutes: 'an hour', price: '', seats: '1e99' }, true),
  ).toMatchObject({
    minutes: -1,
    price_minor: -1,
    seats: -1,
  });
  expect(termsOf({ ...formOf(), price: '12,50' }, true).price_minor).toBe(1250);
});
