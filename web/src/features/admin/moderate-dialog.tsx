import { type FormEvent, useState } from 'react';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { type FormErrors, sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useModerateReviewMutation } from './api';

const FIELDS = ['reason'] as const;

const WORDS = {
  hide: {
    open: 'Hide…',
    title: 'Hide this review?',
    description: 'It leaves the page and the rating. Its author reads your reason.',
    submit: 'Hide the review',
  },
  restore: {
    open: 'Put back…',
    title: 'Put this review back?',
    description: 'It is on the page and counts again.',
    submit: 'Put it back',
  },
  keep: {
    open: 'Keep…',
    title: 'Keep this review?',
    description: 'It stays, and the reports about it are settled.',
    submit: 'Keep the review',
  },
} as const;

/** What an administrator does with a review, with a reason that is kept. */
export function ModerateDialog({ review, what }: { review: string; what: keyof typeof WORDS }) {
  const words = WORDS[what];
  const [moderate, { isLoading }] = useModerateReviewMutation();
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<FormErrors<'reason'>>({ fields: {} });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!reason.trim()) {
      setErrors({ fields: { reason: 'Say why; it is kept.' } });
      return;
    }
    const { error } = await moderate({ review, what, reason });
    if (error) setErrors(sortProblem(error, FIELDS, {}));
    else toast({ tone: 'success', title: 'Done' });
  };

  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button variant={what === 'hide' ? 'danger' : 'secondary'}>{words.open}</Button>
      </DialogTrigger>
      <DialogContent title={words.title} description={words.description}>
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
          <Button type="submit" variant={what === 'hide' ? 'danger' : 'primary'} busy={isLoading}>
            {words.submit}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
