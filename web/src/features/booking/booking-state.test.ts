import { describe, expect, it } from 'vitest';
import type { Booking } from '@/api/types';
import { bySession, company } from './booking-state';

function booking(id: string, session_id: string, rest: Partial<Booking> = {}): Booking {
  return { id, session_id, you: 'mentor', state: 'confirmed', ...rest } as Booking;
}

const ids = (bookings: Booking[]) => bySession(bookings).map((all) => all.map(({ id }) => id));

describe('bySession', () => {
  it('puts a group where its first booking is, by state', () => {
    const bookings = [
      booking('a', '1'),
      booking('b', '2'),
      booking('c', '1'),
      booking('d', '1', { state: 'cancelled' }),
    ];
    expect(ids(bookings)).toEqual([['a', 'c'], ['b'], ['d']]);
  });

  it('leaves what one booked oneself apart', () => {
    const twice = { you: 'mentee', state: 'cancelled' } as const;
    expect(ids([booking('a', '1', twice), booking('b', '1', twice)])).toEqual([['a'], ['b']]);
  });
});

describe('company', () => {
  it('counts who else is there', () => {
    expect([0, 1, 6].map((others) => company('Bo', others))).toEqual([
      'Bo',
      'Bo and one other',
      'Bo and 6 others',
    ]);
  });
});
