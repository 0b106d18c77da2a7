import { type FormEvent, useRef, useState } from 'react';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { type FormErrors, sortProblem } from '@/lib/form-problem';
import { ACCOUNT_FIELDS, ACCOUNT_WORDS, type AccountField, missingWords } from './account-words';
import { PasswordInput } from './password-input';

export type AccountValues = Record<AccountField, string>;

interface AccountFormProps {
  kind: 'sign-in' | 'sign-up';
  /** Sends it; rejects with the Problem. */
  onSubmit: (values: AccountValues) => Promise<void>;
}

/** The fields of sign-in and sign-up. What was typed stays, whatever happens on the way. */
export function AccountForm({ kind, onSubmit }: AccountFormProps) {
  const isNew = kind === 'sign-up';
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<AccountValues>({
    display_name: '',
    email: '',
    password: '',
  });
  const [errors, setErrors] = useState<FormErrors<AccountField>>({ fields: {} });
  const [busy, setBusy] = useState(false);

  const show = (found: FormErrors<AccountField>) => {
    setErrors(found);
    const first = ACCOUNT_FIELDS.find((field) => found.fields[field]);
    if (first) form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const { display_name, ...credentials } = values;
    const missing = missingWords(isNew ? { display_name, ...credentials } : credentials);
    show({ fields: missing });
    if (Object.keys(missing).length > 0) return;
    setBusy(true);
    try {
      await onSubmit({ ...values, email: values.email.trim(), display_name: display_name.trim() });
    } catch (error) {
      show(sortProblem(error, ACCOUNT_FIELDS, ACCOUNT_WORDS));
    } finally {
      setBusy(false);
    }
  };

  const bind = (name: AccountField) => ({
    name,
    value: values[name],
    onChange: ({ target }: { target: HTMLInputElement }) => {
      setValues((old) => ({ ...old, [name]: target.value }));
      setErrors((old) => ({ ...old, fields: { ...old.fields, [name]: undefined } }));
    },
  });

  return (
    <form ref={form} noValidate onSubmit={submit} className="grid gap-5">
      {errors.form && <Banner tone="danger">{errors.form}</Banner>}
      {isNew && (
        <Field
          label="Your name"
          hint="As others see it in a call."
          error={errors.fields.display_name}
        >
          {(control) => <Input {...control} {...bind('display_name')} autoComplete="name" />}
        </Field>
      )}
      <Field label="E-mail" error={errors.fields.email}>
        {(control) => (
          <Input
            {...control}
            {...bind('email')}
            type="email"
            inputMode="email"
            autoCapitalize="none"
            autoComplete={isNew ? 'email' : 'username webauthn'}
          />
        )}
      </Field>
      <Field
        label="Password"
        hint={isNew ? 'At least 10 characters; a few unrelated words do well.' : undefined}
        error={errors.fields.password}
      >
        {(control) => (
          <PasswordInput
            {...control}
            {...bind('password')}
            autoComplete={isNew ? 'new-password' : 'current-password'}
          />
        )}
      </Field>
      <Button type="submit" size="lg" busy={busy}>
        {isNew ? 'Create account' : 'Sign in'}
      </Button>
    </form>
  );
}
