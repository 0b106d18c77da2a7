import { type FormEvent, useState } from 'react';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { type FormErrors, sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useWithdrawMentorMutation } from './api';

const FIELDS = ['reason'] as const;

/** Makes a mentor no longer one, with a reason that they read. */
export function WithdrawDialog({ user, name }: { user: string; name: string }) {
  const [withdraw, { isLoading }] = useWithdrawMentorMutation();
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<FormErrors<'reason'>>({ fields: {} });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!reason.trim()) {
      setErrors({ fields: { reason: `Say why; ${name} reads it.` } });
      return;
    }
    const result = await withdraw({ user, reason });
    if (result.error) setErrors(sortProblem(result.error, FIELDS, {}));
    else toast({ title: 'No longer a mentor', detail: `${name} sees your reason.` });
  };

  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button variant="secondary">Withdraw…</Button>
      </DialogTrigger>
      <DialogContent
        title={`Withdraw the approval of ${name}?`}
        description="Their page disappears at once. What is booked with them stays. They see your reason and can apply again."
      >
        <form noValidate onSubmit={submit} className="grid gap-5">
          {errors.form && <Banner tone="danger">{errors.form}</Banner>}
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
          <Button type="submit" variant="danger" busy={isLoading}>
            Withdraw the approval
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
