import { Link } from 'react-router';
import { When } from '@/components/when';
import { Skeleton } from '@/components/ui/skeleton';
import { useSeriesQuery } from './api';
import { BookingState } from './booking-state';

interface SeriesListProps {
  id: string;
  /** The booking that is looked at. */
  current: string;
}

/** The sessions of a series, in order. */
export function SeriesList({ id, current }: SeriesListProps) {
  const { data, error } = useSeriesQuery(id);
  if (error && !data) return null;
  return (
    <section aria-labelledby="series" className="grid gap-3">
      <h2 id="series" className="text-lg">
        One of a series
      </h2>
      {data ? (
        <ol className="grid gap-2">
          {data.bookings.map((booking) => (
            <li key={booking.id} className="flex flex-wrap items-center gap-3">
              {booking.id === current ? (
                <span aria-current="page" className="font-medium">
                  <When ms={booking.starts_at_ms} />
                </span>
              ) : (
                <Link to={`/bookings/${booking.id}`} className="text-accent underline">
                  <When ms={booking.starts_at_ms} />
                </Link>
              )}
              <BookingState state={booking.state} />
            </li>
          ))}
        </ol>
      ) : (
        <Skeleton className="h-24" />
      )}
    </section>
  );
}
