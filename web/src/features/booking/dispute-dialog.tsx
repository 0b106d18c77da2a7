import { type FormEvent, useState } from 'react';
import type { Booking } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { type FormErrors, sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useDisputeBookingMutation } from './api';
import { otherOf } from './booking-state';

const FIELDS = ['reason'] as const;

/** Says that what was made of a booking is wrong. */
export function DisputeDialog({ booking }: { booking: Booking }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<FormErrors<'reason'>>({ fields: {} });
  const [dispute, { isLoading }] = useDisputeBookingMutation();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!reason.trim()) {
      setErrors({ fields: { reason: 'Say what is wrong.' } });
      return;
    }
    const { error } = await dispute({ id: booking.id, reason });
    if (error) {
      setErrors(sortProblem(error, FIELDS, {}));
      return;
    }
    setOpen(false);
    toast({ tone: 'success', title: 'Sent', detail: 'An administrator will look at it.' });
  };

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="secondary">That is wrong…</Button>
      </DialogTrigger>
      <DialogContent
        title="What is wrong?"
        description={`${otherOf(booking)} and an administrator read it. An administrator decides, once.`}
      >
        <form noValidate onSubmit={submit} className="grid gap-5">
          {errors.form && <Banner tone="danger">{errors.form}</Banner>}
          <Field label="What happened" error={errors.fields.reason}>
            {(control) => (
              <Textarea
                {...control}
                maxLength={1000}
                value={reason}
                onChange={({ target }) => {
                  setReason(target.value);
                  setErrors({ fields: {} });
                }}
              />
            )}
          </Field>
          <Button type="submit" busy={isLoading}>
            Send it
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
