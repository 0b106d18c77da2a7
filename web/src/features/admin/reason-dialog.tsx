import { type ComponentProps, type FormEvent, type ReactNode, useState } from 'react';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { type FormErrors, sortProblem } from '@/lib/form-problem';

const FIELDS = ['reason'] as const;

interface ReasonDialogProps {
  words: {
    /** On the button that opens it. */
    open: string;
    title: string;
    description: string;
    submit: string;
    /** When no reason is given. */
    missing: string;
  };
  /** How the two buttons look. */
  variants?: Record<'open' | 'submit', ComponentProps<typeof Button>['variant']>;
  busy: boolean;
  /** What is asked for before the reason. */
  children?: ReactNode;
  /** Does it; answers what went wrong. */
  onSubmit: (reason: string) => Promise<{ error?: unknown }>;
}

const NO = { open: 'secondary', submit: 'danger' } as const;

/** What an administrator does with a reason that others read, or that is kept: a no, unless its buttons look otherwise. */
export function ReasonDialog({
  words,
  variants = NO,
  busy,
  children,
  onSubmit,
}: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<FormErrors<'reason'>>({ fields: {} });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!reason.trim()) {
      setErrors({ fields: { reason: words.missing } });
      return;
    }
    const { error } = await onSubmit(reason);
    if (error) setErrors(sortProblem(error, FIELDS, {}));
  };

  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button variant={variants.open}>{words.open}</Button>
      </DialogTrigger>
      <DialogContent title={words.title} description={words.description}>
        <form noValidate onSubmit={submit} className="grid gap-5">
          {errors.form && <Banner tone="danger">{errors.form}</Banner>}
          {children}
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
          <Button type="submit" variant={variants.submit} busy={busy}>
            {words.submit}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
