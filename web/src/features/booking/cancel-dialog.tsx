import { type FormEvent, useState } from 'react';
import { isProblem } from '@/api/problem';
import type { Booking } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useCancelBookingMutation } from './api';
import { otherOf } from './booking-state';

const SCOPES = [
  { value: 'this', words: 'Only this session' },
  { value: 'following', words: 'This and the following sessions' },
] as const;

/** Takes a booking back, with a word for the other. */
export function CancelDialog({ booking }: { booking: Booking }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [scope, setScope] = useState<'this' | 'following'>('this');
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
      <DialogContent
        title="Cancel this booking?"
        description={`${otherOf(booking)} sees it at once, and the time is free for others.`}
      >
        <form onSubmit={submit} className="grid gap-5">
          {isProblem(error) && <Banner tone="danger">{sortProblem(error, [], {}).form}</Banner>}
          {booking.series_id && (
            <fieldset className="grid gap-2">
              <legend className="mb-1 text-sm font-medium">How much of it</legend>
              {SCOPES.map(({ value, words }) => (
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
          <Field label="Why" hint={`For ${otherOf(booking)}; may be empty.`}>
            {(control) => (
              <Textarea
                {...control}
                maxLength={500}
                value={reason}
                onChange={({ target }) => setReason(target.value)}
              />
            )}
          </Field>
          <div className="flex flex-wrap justify-end gap-3">
            <Button variant="secondary" onClick={() => setOpen(false)}>
              Keep it
            </Button>
            <Button type="submit" variant="danger" busy={isLoading}>
              Cancel the booking
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  );
}
