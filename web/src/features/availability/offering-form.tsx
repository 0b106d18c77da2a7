import type { Offering } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { toast } from '@/lib/toast';
import { useForm } from '@/lib/use-form';
import { useAddOfferingMutation, useChangeOfferingMutation } from './api';
import { FIELDS, formOf, SERVER_NAMES, termsOf, type TermsField } from './terms';

interface OfferingFormProps {
  /** None: a new one. */
  offering?: Offering | undefined;
  onDone: () => void;
}

const WORDS = Object.fromEntries(
  Object.entries({
    price_invalid: 'A price is 0 (free) to 1,000,000.',
    notice_invalid: '0 to 720 hours.',
    cancellation_notice_invalid: '0 to 720 hours.',
  }).map(([code, text]) => [code, { field: SERVER_NAMES[code], text }]),
) as Record<string, { field: TermsField; text: string }>;

/** What can be booked, and on which terms. */
export function OfferingForm({ offering, onDone }: OfferingFormProps) {
  const [add] = useAddOfferingMutation();
  const [change] = useChangeOfferingMutation();
  const { form, errors, busy, onSubmit, bind } = useForm<TermsField>({
    fields: FIELDS,
    initial: formOf(offering),
    words: WORDS,
    check: ({ title }) => (title.trim() ? {} : { title: 'Give it a title.' }),
    submit: async (values) => {
      const terms = termsOf(values, offering?.is_active ?? true);
      if (offering) await change({ id: offering.id, ...terms }).unwrap();
      else await add(terms).unwrap();
      toast({ tone: 'success', title: 'Saved' });
      onDone();
    },
  });
  const line = (name: TermsField, label: string, hint?: string) => (
    <Field label={label} hint={hint} error={errors.fields[name]}>
      {(control) => <Input {...control} {...bind(name)} inputMode="decimal" />}
    </Field>
  );
  return (
    <form ref={form} noValidate onSubmit={onSubmit} className="grid gap-5">
      {errors.form && <Banner tone="danger">{errors.form}</Banner>}
      <Field label="Title" error={errors.fields.title}>
        {(control) => <Input {...control} {...bind('title')} maxLength={120} />}
      </Field>
      <Field label="Description" error={errors.fields.description}>
        {(control) => <Textarea {...control} {...bind('description')} maxLength={2000} />}
      </Field>
      <div className="grid grid-cols-2 gap-5">
        {line('minutes', 'Minutes')}
        {line('seats', 'People', '1 is one-to-one.')}
        {line('price', 'Price', '0 is free.')}
        <Field label="Currency" hint="EUR, USD…" error={errors.fields.currency}>
          {(control) => <Input {...control} {...bind('currency')} maxLength={3} />}
        </Field>
      </div>
      <Field
        label="Questions for whoever books"
        hint="One a line, at most ten."
        error={errors.fields.questions}
      >
        {(control) => <Textarea {...control} {...bind('questions')} />}
      </Field>
      <details className="grid gap-5">
        <summary className="cursor-pointer font-medium">Limits and breaks</summary>
        <div className="grid grid-cols-2 items-end gap-5 pt-4">
          {line('buffer_before_minutes', 'Free minutes before')}
          {line('buffer_after_minutes', 'Free minutes after')}
          {line('minimum_notice_hours', 'Book at least … hours ahead')}
          {line('horizon_days', 'Book at most … days ahead')}
          {line('cancellation_notice_hours', 'Cancel until … hours before')}
          <span />
          {line('max_per_day', 'Sessions a day, at most', 'Empty: any number.')}
          {line('max_per_week', 'Sessions a week, at most', 'Empty: any number.')}
        </div>
      </details>
      <Button type="submit" size="lg" busy={busy} className="justify-self-end">
        Save
      </Button>
    </form>
  );
}
