import { useState } from 'react';
import type { AttendanceOutcome, DisputedBooking } from '@/api/types';
import { Field } from '@/components/ui/field';
import { controlStyle } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { toast } from '@/lib/toast';
import { useResolveDisputeMutation } from './api';
import { ReasonDialog } from './reason-dialog';

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

const READ = {
  description: 'Both read your reason. It is decided once.',
  missing: 'Say why; both read it.',
};

const WORDS = {
  uphold: {
    ...READ,
    open: 'Let it stand…',
    title: 'Let the verdict stand?',
    submit: 'Let it stand',
  },
  overturn: { ...READ, open: 'Change it…', title: 'Change the verdict?', submit: 'Change it' },
};

const VARIANTS = {
  uphold: { open: 'primary', submit: 'primary' },
  overturn: { open: 'secondary', submit: 'primary' },
} as const;

/** An administrator's word on a dispute, with a reason that both read. */
export function ResolveDialog({ disputed: { booking_id, verdict }, as }: ResolveDialogProps) {
  const [resolve, { isLoading }] = useResolveDisputeMutation();
  const others = (Object.keys(OUTCOMES) as AttendanceOutcome[]).filter(
    (outcome) => outcome !== verdict.outcome,
  );
  const [outcome, setOutcome] = useState(others[0]);

  const submit = async (reason: string) => {
    const { error } = await resolve({
      booking: booking_id,
      reason,
      outcome: as === 'overturn' ? outcome : undefined,
    });
    if (!error) toast({ tone: 'success', title: 'Decided', detail: 'Both see your reason.' });
    return { error };
  };

  return (
    <ReasonDialog words={WORDS[as]} variants={VARIANTS[as]} busy={isLoading} onSubmit={submit}>
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
    </ReasonDialog>
  );
}
