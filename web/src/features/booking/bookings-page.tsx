import { Link } from 'react-router';
import { useMeQuery } from '@/api/me';
import type { Booking } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { ShowMore } from '@/components/show-more';
import { When } from '@/components/when';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { useTitle } from '@/lib/title';
import { useBookingsInfiniteQuery } from './api';
import { BookingState, bySession, company, otherOf } from './booking-state';
import { FeedSection } from './feed-section';
import { Waits } from './waits';

/** What is booked, with whom, as mentee and as mentor. */
export function BookingsPage() {
  useTitle('My bookings');
  const { data: me } = useMeQuery();
  const isMentor = me?.mentor?.status === 'approved';
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h1 className="text-xl">My bookings</h1>
        {isMentor && (
          <Button variant="secondary" asChild>
            <Link to="/availability">When I can be booked</Link>
          </Button>
        )}
      </div>
      <Waits />
      <Part when="upcoming" title="Upcoming" empty={<NothingAhead isMentor={isMentor} />} />
      <Part when="past" title="Past" empty={null} />
      <FeedSection />
    </div>
  );
}

interface PartProps {
  when: 'upcoming' | 'past';
  title: string;
  empty: React.ReactNode;
}

function Part({ when, title, empty }: PartProps) {
  const query = useBookingsInfiniteQuery(when, { refetchOnMountOrArgChange: true });
  const { data, error, refetch } = query;
  if (error && !data) {
    return (
      <LoadFailed title="Your bookings could not be loaded." error={error} onRetry={refetch} />
    );
  }
  if (!data) return <Skeleton className="h-32" />;
  const sessions = bySession(data.pages.flatMap(({ items }) => items));
  if (sessions.length === 0) return empty;
  return (
    <section aria-label={title} className="grid gap-3">
      <h2 className="text-sm font-medium text-muted">{title}</h2>
      <ul className="divide-y divide-border rounded-md border border-border bg-surface">
        {sessions.map(([first, ...others]) => (
          <Row key={first.id} booking={first} others={others.length} />
        ))}
      </ul>
      <ShowMore query={query}>Show more bookings</ShowMore>
    </section>
  );
}

interface RowProps {
  booking: Booking;
  /** More people who booked the same session. */
  others: number;
}

function Row({ booking, others }: RowProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 p-4">
      <div className="min-w-0 flex-1 basis-48">
        <Link to={`/bookings/${booking.id}`} className="font-medium break-words hover:underline">
          {booking.title}
        </Link>
        <p className="text-sm break-words text-muted">with {company(otherOf(booking), others)}</p>
      </div>
      <When ms={booking.starts_at_ms} className="text-sm" />
      <BookingState state={booking.state} />
    </li>
  );
}

function NothingAhead({ isMentor }: { isMentor: boolean }) {
  return (
    <div className="grid justify-items-start gap-4 rounded-md border border-border bg-surface p-6">
      <p>
        Nothing is booked.
        {isMentor && ' People book what you offer, when you say you are free.'}
      </p>
      <div className="flex flex-wrap gap-3">
        <Button asChild>
          <Link to="/mentors">Find a mentor</Link>
        </Button>
        {isMentor && (
          <Button variant="secondary" asChild>
            <Link to="/offerings">What I offer</Link>
          </Button>
        )}
      </div>
    </div>
  );
}
