import { lazy, Suspense, useState } from 'react';
import { useMeQuery } from '@/api/me';
import { isProblem } from '@/api/problem';
import type { Booking } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Skeleton } from '@/components/ui/skeleton';
import { browserViewer, fullTime } from '@/lib/time';
import { toast } from '@/lib/toast';
import { useProposeMutation } from './api';
import { otherOf } from './booking-state';
import type { Opening } from './days';
import { Refusal } from './refusal';
import { WordField } from './word-field';

const OpeningPicker = lazy(async () => ({
  default: (await import('./opening-picker')).OpeningPicker,
}));

const browser = browserViewer();
const TIMES_MAX = 3;

interface ProposeDialogProps {
  booking: Booking;
  label?: string;
}

/** Up to three other times for the other one to choose from. */
export function ProposeDialog({ booking, label = 'Propose other times…' }: ProposeDialogProps) {
  const { data: me } = useMeQuery();
  const viewer = me?.time_zone ? { ...browser, timeZone: me.time_zone } : browser;
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<Opening>();
  const [times, setTimes] = useState<number[]>([]);
  const [note, setNote] = useState('');
  const [propose, { isLoading, error, reset }] = useProposeMutation();
  const isFull = times.length === TIMES_MAX;

  const add = (at: number) => {
    setTimes((old) =>
      old.includes(at) || old.length === TIMES_MAX ? old : [...old, at].sort((a, b) => a - b),
    );
    setChosen(undefined);
    reset();
  };
  const send = async () => {
    const { data } = await propose({ id: booking.id, starts_at_ms: times, note });
    if (!data) return;
    setOpen(false);
    toast({ tone: 'success', title: `${otherOf(booking)} is asked` });
  };

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setChosen(undefined);
        setTimes([]);
        reset();
      }}
    >
      <DialogTrigger asChild>
        <Button variant="secondary">{label}</Button>
      </DialogTrigger>
      <DialogContent
        title="Other times"
        description={`Up to three. They are held until ${otherOf(booking)} answers; until then nothing moves.`}
        className="max-w-2xl"
      >
        <Suspense fallback={<Skeleton className="h-72" />}>
          <OpeningPicker offering={booking.offering_id} chosen={chosen} onChoose={setChosen} />
        </Suspense>
        <Button
          variant="secondary"
          className="justify-self-start"
          disabled={!chosen || isFull}
          onClick={() => chosen && add(chosen.starts_at_ms)}
        >
          Add this time
        </Button>
        {times.length > 0 && (
          <ul aria-label="Times to propose" className="grid gap-2">
            {times.map((at) => (
              <li key={at} className="flex flex-wrap items-center justify-between gap-2">
                {fullTime(at, viewer)}
                <Button
                  size="sm"
                  variant="secondary"
                  aria-label={`Remove ${fullTime(at, viewer)}`}
                  onClick={() => setTimes((old) => old.filter((time) => time !== at))}
                >
                  Remove
                </Button>
              </li>
            ))}
          </ul>
        )}
        <WordField label="Note" reader={otherOf(booking)} value={note} onChange={setNote} />
        {isProblem(error) && <Refusal problem={error} onOther={add} />}
        <Button
          size="lg"
          className="justify-self-end"
          disabled={times.length === 0}
          busy={isLoading}
          onClick={() => void send()}
        >
          Ask {otherOf(booking)}
        </Button>
      </DialogContent>
    </Dialog>
  );
}
