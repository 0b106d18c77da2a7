import { useState } from 'react';
import { Link } from 'react-router';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { useTitle } from '@/lib/title';
import { AccountPage } from './account-page';
import { ACCOUNT_WORDS, missingWords } from './account-words';
import { useResetPasswordMutation } from './api';
import { useLinkToken } from './link-token';
import { PasswordInput } from './password-input';
import { useForm } from '@/lib/use-form';

const { password_too_short, password_too_long, password_common } = ACCOUNT_WORDS;

/** Where the link in a letter leads: a new password. */
export function ResetPasswordPage() {
  useTitle('Choose a new password');
  const token = useLinkToken();
  const [reset] = useResetPasswordMutation();
  const [done, setDone] = useState(false);
  const { form, errors, busy, onSubmit, bind } = useForm({
    fields: ['password'],
    initial: { password: '' },
    words: {
      password_too_short: { field: 'password', text: password_too_short?.text ?? '' },
      password_too_long: { field: 'password', text: password_too_long?.text ?? '' },
      password_common: { field: 'password', text: password_common?.text ?? '' },
    },
    check: ({ password }) => {
      const missing = missingWords({ password });
      return missing.password ? { password: missing.password } : {};
    },
    submit: async ({ password }) => {
      await reset({ token, password }).unwrap();
      setDone(true);
    },
  });

  if (done) {
    return (
      <AccountPage
        title="Your password is changed"
        lead="You were signed out on all devices, in case somebody else knew the old one."
        footer="Nothing else has changed."
      >
        <Button asChild size="lg">
          <Link to="/sign-in">Sign in with the new password</Link>
        </Button>
      </AccountPage>
    );
  }
  return (
    <AccountPage
      title="Choose a new password"
      lead="It signs you out on all devices. Then sign in with it."
      footer={
        <Link className="text-accent underline" to="/forgot-password">
          Ask for a new link
        </Link>
      }
    >
      <form ref={form} noValidate onSubmit={onSubmit} className="grid gap-5">
        {errors.form && <Banner tone="danger">{errors.form}</Banner>}
        <Field
          label="New password"
          hint="At least 10 characters; a few unrelated words do well."
          error={errors.fields.password}
        >
          {(control) => (
            <PasswordInput {...control} {...bind('password')} autoComplete="new-password" />
          )}
        </Field>
        <Button type="submit" size="lg" busy={busy}>
          Change password
        </Button>
      </form>
    </AccountPage>
  );
}
