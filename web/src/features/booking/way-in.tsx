import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import type { Booking } from '@/api/types';
import { Button } from '@/components/ui/button';
import { When } from '@/components/when';
import { serverNow } from '@/lib/server-clock';

/** Looks again when the room opens. */
function useIsOpen(opensAtMs: number): boolean {
  const [isOpen, setOpen] = useState(() => serverNow() >= opensAtMs);
  useEffect(() => {
    const look = () => setOpen(serverNow() >= opensAtMs);
    look();
    const timer = setInterval(look, 1_000);
    return () => clearInterval(timer);
  }, [opensAtMs]);
  return isOpen;
}

/** The button into the room, or when there will be one. */
export function WayIn({ booking }: { booking: Booking }) {
  const isOpen = useIsOpen(booking.opens_at_ms);
  if (isOpen) {
    return (
      <Button size="lg" asChild className="justify-self-start">
        <Link to={`/join/${booking.join_code}`}>Join the session</Link>
      </Button>
    );
  }
  return (
    <p>
      The room opens <When ms={booking.opens_at_ms} inText />, ten minutes before.
    </p>
  );
}
