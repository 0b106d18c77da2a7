import { type FormEvent, useState } from 'react';
import type { AttendanceOutcome, DisputedBooking } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { controlStyle, Textarea } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { type FormErrors, sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useResolveDisputeMutation } from './api';

const FIELDS = ['reason'] as const;

const OUTCOMES: Record<AttendanceOutcome, string> = {
  completed: 'Both were there',
  mentor_absent: 'The mentor was absent',
  mentee_absent: 'The mentee was absent',
  both_absent: 'Nobody was there',
};

interface ResolveDialogProps {
  disputed: DisputedBooking;
  as: 'uphold' | 'overturn';
}

/** An administrator's word on a dispute, with a reason that both read. */
export function ResolveDialog({ disputed: { booking_id, verdict }, as }: ResolveDialogProps) {
  const [resolve, { isLoading }] = useResolveDisputeMutation();
  const others = (Object.keys(OUTCOMES) as AttendanceOutcome[]).filter(
    (outcome) => outcome !== verdict.outcome,
  );
  const [outcome, setOutcome] = useState(others[0]);
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<FormErrors<'reason'>>({ fields: {} });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!reason.trim()) {
      setErrors({ fields: { reason: 'Say why; both read it.' } });
      return;
    }
    const { error } = await resolve({
      booking: booking_id,
      reason,
      outcome: as === 'overturn' ? outcome : undefined,
    });
    if (error) setErrors(sortProblem(error, FIELDS, {}));
    else toast({ tone: 'success', title: 'Decided', detail: 'Both see your reason.' });
  };

  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button variant={as === 'uphold' ? 'primary' : 'secondary'}>
          {as === 'uphold' ? 'Let it stand…' : 'Change it…'}
        </Button>
      </DialogTrigger>
      <DialogContent
        title={as === 'uphold' ? 'Let the verdict stand?' : 'Change the verdict?'}
        description="Both read your reason. It is decided once."
      >
        <form noValidate onSubmit={submit} className="grid gap-5">
          {errors.form && <Banner tone="danger">{errors.form}</Banner>}
          {as === 'overturn' && (
            <Field label="What it is instead">
              {(control) => (
                <select
                  {...control}
                  className={cn(controlStyle, 'h-11')}
                  value={outcome}
                  onChange={({ target }) => setOutcome(target.value as AttendanceOutcome)}
                >
                  {others.map((other) => (
                    <option key={other} value={other}>
                      {OUTCOMES[other]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
          <Field label="Reason" error={errors.fields.reason}>
            {(control) => (
              <Textarea
                {...control}
                value={reason}
                maxLength={1000}
                onChange={({ target }) => {
                  setReason(target.value);
                  setErrors({ fields: {} });
                }}
              />
            )}
          </Field>
          <Button type="submit" busy={isLoading}>
            {as === 'uphold' ? 'Let it stand' : 'Change it'}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
