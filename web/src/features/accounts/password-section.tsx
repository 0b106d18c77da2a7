import { useState } from 'react';
import { Link } from 'react-router';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { toast } from '@/lib/toast';
import { ACCOUNT_WORDS } from './account-words';
import { useChangePasswordMutation } from './api';
import { PasswordInput } from './password-input';
import { SettingsSection } from './settings-section';
import { useForm } from '@/lib/use-form';

const { password_too_short, password_too_long, password_common } = ACCOUNT_WORDS;

/** Another password, for those who know the old one. */
export function PasswordSection() {
  const [open, setOpen] = useState(false);
  return (
    <SettingsSection
      id="password"
      title="Password"
      lead="Another one signs out your other devices, and a letter tells you of it."
    >
      {open ? (
        <ChangePasswordForm onDone={() => setOpen(false)} />
      ) : (
        <Button variant="secondary" className="justify-self-start" onClick={() => setOpen(true)}>
          Change password…
        </Button>
      )}
    </SettingsSection>
  );
}

function ChangePasswordForm({ onDone }: { onDone: () => void }) {
  const [changePassword] = useChangePasswordMutation();
  const { form, errors, busy, onSubmit, bind } = useForm({
    fields: ['current_password', 'password'],
    initial: { current_password: '', password: '' },
    words: {
      password_wrong: { field: 'current_password', text: 'This is not your password.' },
      password_too_short: { field: 'password', text: password_too_short?.text ?? '' },
      password_too_long: { field: 'password', text: password_too_long?.text ?? '' },
      password_common: { field: 'password', text: password_common?.text ?? '' },
    },
    check: ({ current_password, password }) => ({
      ...(current_password === '' && { current_password: 'Type your password.' }),
      ...(password === '' && { password: 'Type a new password.' }),
    }),
    submit: async (values) => {
      await changePassword(values).unwrap();
      toast({
        tone: 'success',
        title: 'Your password is changed',
        detail: 'Your other devices are signed out.',
      });
      onDone();
    },
  });
  return (
    <form ref={form} noValidate onSubmit={onSubmit} className="grid gap-5">
      {errors.form && <Banner tone="danger">{errors.form}</Banner>}
      <Field
        label="Current password"
        hint={
          <>
            Forgot it?{' '}
            <Link className="text-accent underline" to="/forgot-password">
              Get a link by e-mail
            </Link>
          </>
        }
        error={errors.fields.current_password}
      >
        {(control) => (
          <PasswordInput
            {...control}
            {...bind('current_password')}
            autoComplete="current-password"
          />
        )}
      </Field>
      <Field
        label="New password"
        hint="At least 10 characters; a few unrelated words do well."
        error={errors.fields.password}
      >
        {(control) => (
          <PasswordInput {...control} {...bind('password')} autoComplete="new-password" />
        )}
      </Field>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" busy={busy}>
          Change password
        </Button>
        <Button variant="ghost" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
