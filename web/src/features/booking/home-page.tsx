import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useMeQuery } from '@/api/me';
import type { Booking } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { useTitle } from '@/lib/title';
import { useBookingsInfiniteQuery } from './api';
import { BookingState, bySession, company, isAhead, otherOf } from './booking-state';
import { WayIn } from './way-in';
import { WeekView } from './week-view';
import { WhenInFull } from './when-in-full';

interface HomePageProps {
  /** What a new mentor has still to do. */
  checklist: ReactNode;
}

/** Where signed-in people start: what comes next, what is to do, and their week. */
export function HomePage({ checklist }: HomePageProps) {
  useTitle('Home');
  const { data: me } = useMeQuery();
  return (
    <div className="mx-auto grid w-full max-w-5xl gap-10 px-4 py-10 sm:py-14">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h1 className="min-w-0 text-xl break-words">Hello, {me?.display_name}</h1>
        <div className="flex flex-wrap gap-3">
          <Button variant="secondary" asChild>
            <Link to="/bookings">My bookings</Link>
          </Button>
          <Button asChild>
            <Link to="/mentors">Find a mentor</Link>
          </Button>
        </div>
      </div>
      {me?.mentor && checklist}
      <Next />
      <WeekView />
    </div>
  );
}

function Next() {
  const { data, error, refetch } = useBookingsInfiniteQuery('upcoming', {
    refetchOnMountOrArgChange: true,
    refetchOnFocus: true,
  });
  if (error && !data) {
    return (
      <LoadFailed title="Your bookings could not be loaded." error={error} onRetry={refetch} />
    );
  }
  if (!data) return <Skeleton className="h-32" />;
  const [page] = data.pages;
  const [next, ...later] = bySession(page?.items.filter(isAhead) ?? []);
  const more = `${later.length}${page?.next_cursor ? ' or more' : ''}`;
  return (
    <section aria-labelledby="next" className="grid gap-3">
      <h2 id="next" className="text-lg">
        What comes next
      </h2>
      {next ? (
        <NextCard booking={next[0]} others={next.length - 1} />
      ) : (
        <p className="text-muted">Nothing is booked.</p>
      )}
      {later.length > 0 && (
        <p className="text-sm text-muted">
          And {more === '1' ? 'one' : more} more after that, in the calendar below.
        </p>
      )}
    </section>
  );
}

function NextCard({ booking, others }: { booking: Booking; others: number }) {
  return (
    <Card className="grid gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <h3 className="min-w-0 font-medium break-words">
          <Link to={`/bookings/${booking.id}`} className="rounded-sm hover:underline">
            {booking.title} with {company(otherOf(booking), others)}
          </Link>
        </h3>
        <BookingState state={booking.state} />
      </div>
      <WhenInFull startsAtMs={booking.starts_at_ms} endsAtMs={booking.ends_at_ms} />
      {booking.you === 'mentor' &&
        others === 0 &&
        booking.answers.map(({ question, answer }) => (
          <p key={question} className="text-sm break-words whitespace-pre-line">
            <span className="text-muted">{question}</span> {answer}
          </p>
        ))}
      <WayIn booking={booking} />
    </Card>
  );
}
