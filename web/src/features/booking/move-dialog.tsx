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
import { WordField } from './word-field';

const OpeningPicker = lazy(async () => ({
  default: (await import('./opening-picker')).OpeningPicker,
}));

/** Another time for the same: for the mentee's own place, or, as the mentor of a group, for everyone. */
export function MoveDialog({ booking }: { booking: Booking }) {
  const forAll = booking.you === 'mentor';
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<Opening>();
  const [reason, setReason] = useState('');
  const [move, { isLoading, error, reset }] = useMoveBookingMutation();

  const moveTo = async (starts_at_ms: number) => {
    const { data } = await move({ id: booking.id, starts_at_ms, reason });
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
        <Button variant="secondary">{forAll ? 'Move for everyone…' : 'Move…'}</Button>
      </DialogTrigger>
      <DialogContent
        title={forAll ? 'Another time for everyone' : 'Another time'}
        description={
          forAll
            ? 'Everyone is told at once, also who waits for a seat, and can cancel until it starts. The link stays the same.'
            : 'The link of the session stays the same for one-to-one sessions.'
        }
        className="max-w-2xl"
      >
        <Suspense fallback={<Skeleton className="h-72" />}>
          <OpeningPicker
            offering={booking.offering_id}
            chosen={chosen}
            onChoose={setChosen}
            // A session that others have seats in is no place for this one.
            isFit={({ seats_left }) => !forAll || seats_left >= booking.seats}
          />
        </Suspense>
        {forAll && <WordField label="Why" reader="everyone" value={reason} onChange={setReason} />}
        {isProblem(error) && <Refusal problem={error} onOther={(at) => void moveTo(at)} />}
        <Button
          size="lg"
          className="justify-self-end"
          disabled={!chosen}
          busy={isLoading}
          onClick={() => chosen && void moveTo(chosen.starts_at_ms)}
        >
          {forAll ? 'Move it for everyone' : 'Move it there'}
        </Button>
      </DialogContent>
    </Dialog>
  );
}
