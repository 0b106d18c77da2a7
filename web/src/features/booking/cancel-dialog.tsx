import { type FormEvent, useState } from 'react';
import { isProblem } from '@/api/problem';
import type { Booking } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { type CancelScope, useCancelBookingMutation } from './api';
import { otherOf } from './booking-state';
import { WordField } from './word-field';

interface Choice {
  scope: CancelScope;
  words: string;
}

/** How much can be cancelled at once; empty where there is nothing to choose. */
function choicesOf(booking: Booking): Choice[] {
  if (booking.series_id) {
    return [
      { scope: 'this', words: 'Only this session' },
      { scope: 'following', words: 'This and the following sessions' },
    ];
  }
  const everyone = booking.group.length;
  if (everyone > 0) {
    return [
      { scope: 'this', words: `Only ${booking.mentee.display_name}’s place` },
      {
        scope: 'session',
        words: everyone > 1 ? `The session, for all ${everyone} people` : 'The whole session',
      },
    ];
  }
  return [];
}

function consequence(booking: Booking, scope: CancelScope): string {
  if (scope === 'session') {
    return 'Everyone is told at once, also who waits for a seat. Your time is free for others: take time off if you are away.';
  }
  const free =
    booking.seats > 1 ? 'the seat is free for whoever waits' : 'the time is free for others';
  return `${otherOf(booking)} sees it at once, and ${free}.`;
}

/** Takes a booking back, with a word for the other. */
export function CancelDialog({ booking }: { booking: Booking }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [scope, setScope] = useState<CancelScope>('this');
  const choices = choicesOf(booking);
  const [cancel, { isLoading, error }] = useCancelBookingMutation();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { data } = await cancel({ id: booking.id, reason, scope });
    if (!data) return;
    setOpen(false);
    toast({ tone: 'success', title: 'Cancelled' });
  };

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="secondary">Cancel…</Button>
      </DialogTrigger>
      <DialogContent title="Cancel this booking?" description={consequence(booking, scope)}>
        <form onSubmit={submit} className="grid gap-5">
          {isProblem(error) && <Banner tone="danger">{sortProblem(error, [], {}).form}</Banner>}
          {choices.length > 0 && (
            <fieldset className="grid gap-2">
              <legend className="mb-1 text-sm font-medium">How much of it</legend>
              {choices.map(({ scope: value, words }) => (
                <label key={value} className="flex items-center gap-2">
                  <input
                    type="radio"
                    name="scope"
                    className="size-4 accent-accent"
                    checked={scope === value}
                    onChange={() => setScope(value)}
                  />
                  {words}
                </label>
              ))}
            </fieldset>
          )}
          <WordField
            label="Why"
            reader={scope === 'session' ? 'everyone' : otherOf(booking)}
            value={reason}
            onChange={setReason}
          />
          <div className="flex flex-wrap justify-end gap-3">
            <Button variant="secondary" onClick={() => setOpen(false)}>
              Keep it
            </Button>
            <Button type="submit" variant="danger" busy={isLoading}>
              {scope === 'session' ? 'Cancel the session' : 'Cancel the booking'}
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  );
}
