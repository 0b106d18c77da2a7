import { lazy, Suspense, useState } from 'react';
import { isProblem } from '@/api/problem';
import type { Booking } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Skeleton } from '@/components/ui/skeleton';
import { toast } from '@/lib/toast';
import { useMoveBookingMutation } from './api';
import type { Opening } from './days';
import { Refusal } from './refusal';

const OpeningPicker = lazy(async () => ({
  default: (await import('./opening-picker')).OpeningPicker,
}));

/** Another time for the same. */
export function MoveDialog({ booking }: { booking: Booking }) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<Opening>();
  const [move, { isLoading, error, reset }] = useMoveBookingMutation();

  const moveTo = async (starts_at_ms: number) => {
    const { data } = await move({ id: booking.id, starts_at_ms });
    if (!data) return;
    setOpen(false);
    toast({ tone: 'success', title: 'Moved' });
  };

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setChosen(undefined);
        reset();
      }}
    >
      <DialogTrigger asChild>
        <Button variant="secondary">Move…</Button>
      </DialogTrigger>
      <DialogContent
        title="Another time"
        description="The link of the session stays the same for one-to-one sessions."
        className="max-w-2xl"
      >
        <Suspense fallback={<Skeleton className="h-72" />}>
          <OpeningPicker offering={booking.offering_id} chosen={chosen} onChoose={setChosen} />
        </Suspense>
        {isProblem(error) && <Refusal problem={error} onOther={(at) => void moveTo(at)} />}
        <Button
          size="lg"
          className="justify-self-end"
          disabled={!chosen}
          busy={isLoading}
          onClick={() => chosen && void moveTo(chosen.starts_at_ms)}
        >
          Move it there
        </Button>
      </DialogContent>
    </Dialog>
  );
}
