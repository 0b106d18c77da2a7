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

/** Whether there is still something to come. */
export function isAhead({ state }: Booking): boolean {
  return state === 'confirmed' || state === 'live';
}
