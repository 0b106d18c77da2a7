import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { toast } from '@/lib/toast';
import { useForm } from '@/lib/use-form';
import { useSubscribeCalendarMutation } from './api';

type SubscribeField = 'address' | 'name' | 'kind';

const KINDS = [
  { value: 'own', label: 'My own', hint: 'Events marked as free close nothing.' },
  { value: 'holidays', label: 'Holidays', hint: 'Its whole days are days off.' },
] as const;

/** The address of a calendar elsewhere; it is read before it is taken. */
export function SubscribeForm({ onDone }: { onDone: () => void }) {
  const [subscribe] = useSubscribeCalendarMutation();
  const { form, errors, busy, onSubmit, bind, values } = useForm<SubscribeField>({
    fields: ['address', 'name', 'kind'],
    initial: { address: '', name: '', kind: 'own' },
    words: {},
    check: ({ address }) => (address.trim() ? {} : { address: 'Paste the address here.' }),
    submit: async ({ address, name, kind }) => {
      const own = kind === 'holidays' ? 'holidays' : 'own';
      const calendar = await subscribe({ address, name, kind: own }).unwrap();
      toast({ tone: 'success', title: `${calendar.name} is read from now on` });
      onDone();
    },
  });
  return (
    <form ref={form} noValidate onSubmit={onSubmit} className="grid gap-5">
      {errors.form && <Banner tone="danger">{errors.form}</Banner>}
      <Field
        label="Address"
        hint="It ends in .ics mostly. Whoever has it can read the calendar: it is stored sealed and never shown again."
        error={errors.fields.address}
      >
        {(control) => (
          <Input {...control} {...bind('address')} type="url" inputMode="url" autoComplete="off" />
        )}
      </Field>
      <Field label="Name" hint="For yourself." error={errors.fields.name}>
        {(control) => <Input {...control} {...bind('name')} maxLength={80} />}
      </Field>
      <fieldset className="grid gap-2">
        <legend className="pb-1.5 text-sm font-medium">What it holds</legend>
        {KINDS.map(({ value, label, hint }) => (
          <label key={value} className="flex items-start gap-3">
            <input
              type="radio"
              {...bind('kind')}
              value={value}
              checked={values.kind === value}
              className="mt-1 size-4 accent-accent"
            />
            <span>
              {label} <span className="block text-sm text-muted">{hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Button type="submit" size="lg" busy={busy} className="justify-self-end">
        Subscribe
      </Button>
    </form>
  );
}
