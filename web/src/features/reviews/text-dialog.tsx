import { type FormEvent, useState } from 'react';
import type { Review } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { type FormErrors, sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useReplyToReviewMutation, useReportReviewMutation } from './api';

const FIELDS = ['text', 'reason'] as const;
type FieldName = (typeof FIELDS)[number];

const WORDS = {
  reply: {
    open: 'Reply…',
    title: 'Reply to this review',
    description: 'Everyone can read it below the review. Empty takes it back.',
    label: 'Your reply',
    submit: 'Publish the reply',
    done: 'Published',
  },
  report: {
    open: 'Report…',
    title: 'Report this review',
    description: 'An administrator reads it and decides whether the review stays.',
    label: 'What is wrong with it',
    submit: 'Report it',
    done: 'Sent to the administrators',
  },
} as const;

/** A mentor's reply to a review, or somebody's report of it. */
export function TextDialog({ what, review }: { what: 'reply' | 'report'; review: Review }) {
  const words = WORDS[what];
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(what === 'reply' ? (review.reply ?? '') : '');
  const [errors, setErrors] = useState<FormErrors<FieldName>>({ fields: {} });
  const [reply, replying] = useReplyToReviewMutation();
  const [report, reporting] = useReportReviewMutation();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (what === 'report' && !text.trim()) {
      setErrors({ fields: { reason: 'Say what is wrong.' } });
      return;
    }
    const { error } =
      what === 'reply'
        ? await reply({ review: review.id, text })
        : await report({ review: review.id, reason: text });
    if (error) {
      setErrors(sortProblem(error, FIELDS, {}));
      return;
    }
    setOpen(false);
    toast({ tone: 'success', title: words.done });
  };

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="sm" variant="secondary">
          {words.open}
        </Button>
      </DialogTrigger>
      <DialogContent title={words.title} description={words.description}>
        <form noValidate onSubmit={submit} className="grid gap-5">
          {errors.form && <Banner tone="danger">{errors.form}</Banner>}
          <Field label={words.label} error={errors.fields.text ?? errors.fields.reason}>
            {(control) => (
              <Textarea
                {...control}
                maxLength={what === 'reply' ? 2000 : 1000}
                value={text}
                onChange={({ target }) => {
                  setText(target.value);
                  setErrors({ fields: {} });
                }}
              />
            )}
          </Field>
          <Button type="submit" busy={replying.isLoading || reporting.isLoading}>
            {words.submit}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
