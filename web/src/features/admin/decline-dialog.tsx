import { type FormEvent, useState } from 'react';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { type FormErrors, sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useDeclineApplicationMutation } from './api';

const FIELDS = ['reason'] as const;

/** Declines an application with a reason, which the applicant reads. */
export function DeclineDialog({ user, name }: { user: string; name: string }) {
  const [decline, { isLoading }] = useDeclineApplicationMutation();
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<FormErrors<'reason'>>({ fields: {} });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!reason.trim()) {
      setErrors({ fields: { reason: `Say why; ${name} reads it and may apply again.` } });
      return;
    }
    const result = await decline({ user, reason });
    if (result.error) setErrors(sortProblem(result.error, FIELDS, {}));
    else toast({ title: 'Application declined', detail: `${name} sees your reason.` });
  };

  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button variant="secondary">Decline…</Button>
      </DialogTrigger>
      <DialogContent
        title={`Decline ${name}?`}
        description="They see your reason and can apply again."
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
            Decline application
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
