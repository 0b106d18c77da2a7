import { Link } from 'react-router';
import type { Booking } from '@/api/types';
import { BookingState, isAhead } from './booking-state';

/** Who has a place in a group session, for its mentor. */
export function GroupList({ booking }: { booking: Booking }) {
  const { id: current, group, seats } = booking;
  return (
    <section aria-labelledby="group" className="grid gap-3">
      <h2 id="group" className="text-lg">
        {isAhead(booking) ? `${group.length} of ${seats} seats are taken` : 'In this session'}
      </h2>
      <ul className="grid gap-2">
        {group.map(({ booking_id: id, mentee, state }) => (
          <li key={id} className="flex min-w-0 flex-wrap items-center gap-3">
            {id === current ? (
              <span aria-current="page" className="min-w-0 font-medium break-words">
                {mentee.display_name}
              </span>
            ) : (
              <Link to={`/bookings/${id}`} className="min-w-0 break-words text-accent underline">
                {mentee.display_name}
              </Link>
            )}
            <BookingState state={state} />
          </li>
        ))}
      </ul>
    </section>
  );
}
