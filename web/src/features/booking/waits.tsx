import { Link } from 'react-router';
import type { Wait } from '@/api/types';
import { When } from '@/components/when';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { toast } from '@/lib/toast';
import { useLeaveWaitlistMutation, useWaitsQuery } from './api';

/** Seats that are waited for; nothing when there are none. */
export function Waits() {
  const { data } = useWaitsQuery(undefined, {
    refetchOnMountOrArgChange: true,
    refetchOnFocus: true,
  });
  if (!data || data.length === 0) return null;
  return (
    <section aria-label="Waiting for a seat" className="grid gap-3">
      <h2 className="text-sm font-medium text-muted">Waiting for a seat</h2>
      <ul className="divide-y divide-border rounded-md border border-border bg-surface">
        {data.map((wait) => (
          <Row key={wait.id} wait={wait} />
        ))}
      </ul>
    </section>
  );
}

function Row({ wait }: { wait: Wait }) {
  const [leave, { isLoading }] = useLeaveWaitlistMutation();
  const stepOut = async () => {
    const { error } = await leave(wait.id);
    if (error) toast({ tone: 'danger', title: 'That did not work. Try again.' });
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 p-4">
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium break-words">{wait.title}</p>
        <p className="text-sm break-words text-muted">with {wait.mentor_name}</p>
      </div>
      <When ms={wait.starts_at_ms} className="text-sm" />
      {wait.booking_id ? (
        <Button size="sm" asChild>
          <Link to={`/bookings/${wait.booking_id}`}>Take the seat</Link>
        </Button>
      ) : (
        <Badge tone="neutral">Number {wait.position} in line</Badge>
      )}
      <Button
        size="sm"
        variant="secondary"
        busy={isLoading}
        aria-label={`Leave the line for ${wait.title}`}
        onClick={() => void stepOut()}
      >
        Leave
      </Button>
    </li>
  );
}
