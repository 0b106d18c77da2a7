import { useState } from 'react';
import { Link } from 'react-router';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { useTitle } from '@/lib/title';
import { AccountPage } from './account-page';
import { ACCOUNT_WORDS, missingWords } from './account-words';
import { useAskPasswordResetMutation } from './api';
import { useForm } from '@/lib/use-form';

/** Asks for a link to choose a new password. */
export function ForgotPasswordPage() {
  useTitle('Forgot your password?');
  const [ask] = useAskPasswordResetMutation();
  const [askedFor, setAskedFor] = useState<string>();
  const { form, errors, busy, onSubmit, bind } = useForm({
    fields: ['email'],
    initial: { email: '' },
    words: { email_invalid: { field: 'email', text: ACCOUNT_WORDS.email_invalid?.text ?? '' } },
    check: ({ email }) => {
      const missing = missingWords({ email });
      return missing.email ? { email: missing.email } : {};
    },
    submit: async ({ email }) => {
      await ask(email.trim()).unwrap();
      setAskedFor(email.trim());
    },
  });

  return (
    <AccountPage
      title="Forgot your password?"
      lead="Type your address, and we send you a link to choose a new one."
      footer={
        <Link className="text-accent underline" to="/sign-in">
          Back to sign in
        </Link>
      }
    >
      {askedFor && (
        <Banner tone="success" title="Look into your mailbox.">
          If there is an account for {askedFor}, a letter with a link is on its way there. The link
          works for one hour.
        </Banner>
      )}
      <form ref={form} noValidate onSubmit={onSubmit} className="grid gap-5">
        {errors.form && <Banner tone="danger">{errors.form}</Banner>}
        <Field label="E-mail" error={errors.fields.email}>
          {(control) => (
            <Input
              {...control}
              {...bind('email')}
              type="email"
              inputMode="email"
              autoCapitalize="none"
              autoComplete="username"
            />
          )}
        </Field>
        <Button type="submit" size="lg" busy={busy}>
          Send me a link
        </Button>
      </form>
    </AccountPage>
  );
}
