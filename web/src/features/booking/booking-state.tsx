import type { Booking } from '@/api/types';
import { Badge } from '@/components/ui/badge';

const STATES = {
  held: { words: 'Kept for you', tone: 'warning' },
  awaiting_payment: { words: 'To be paid', tone: 'warning' },
  expired: { words: 'Not booked', tone: 'neutral' },
  confirmed: { words: 'Confirmed', tone: 'accent' },
  live: { words: 'On now', tone: 'success' },
  completed: { words: 'Completed', tone: 'neutral' },
  cancelled: { words: 'Cancelled', tone: 'neutral' },
  no_show: { words: 'Missed', tone: 'warning' },
} as const;

export function BookingState({ state }: { state: Booking['state'] }) {
  const { words, tone } = STATES[state];
  return <Badge tone={tone}>{words}</Badge>;
}

/** The other one of the two. */
export function otherOf({ you, mentor, mentee }: Booking): string {
  return you === 'mentor' ? mentee.display_name : mentor.display_name;
}

/** People, by the first of them: "Bo", "Bo and 6 others". */
export function company(first: string, others: number): string {
  if (others === 0) return first;
  return `${first} and ${others === 1 ? 'one other' : `${others} others`}`;
}

/** Bookings of one group that are in the same state, together, where the first of them is. */
export function bySession(bookings: Booking[]): [Booking, ...Booking[]][] {
  const found = new Map<string, [Booking, ...Booking[]]>();
  for (const booking of bookings) {
    const { id, session_id: session, state, you } = booking;
    const key = you === 'mentor' ? `${session} ${state}` : id;
    const together = found.get(key);
    if (together) together.push(booking);
    else found.set(key, [booking]);
  }
  return [...found.values()];
}

/** Whether there is still something to come. */
export function isAhead({ state }: Booking): boolean {
  return state === 'confirmed' || state === 'live';
}
