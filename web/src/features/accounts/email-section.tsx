import { useState } from 'react';
import type { User } from '@/api/types';
import { Badge } from '@/components/ui/badge';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { ACCOUNT_WORDS, missingWords } from './account-words';
import { useChangeEmailMutation } from './api';
import { PasswordInput } from './password-input';
import { ResendConfirmation } from './resend-confirmation';
import { SettingsSection } from './settings-section';
import { useForm } from '@/lib/use-form';

const { email_invalid, email_taken } = ACCOUNT_WORDS;

/** The person's address: whether it is confirmed, and the way to another. */
export function EmailSection({ me }: { me: User }) {
  const [open, setOpen] = useState(false);
  const [sentTo, setSentTo] = useState<string>();
  return (
    <SettingsSection
      id="email"
      title="E-mail"
      lead="You sign in with it. Becoming a mentor needs a confirmed address; everything else works without."
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <p className="min-w-0 font-medium break-all">{me.email}</p>
        {me.email_verified ? (
          <Badge tone="accent">Confirmed</Badge>
        ) : (
          <>
            <Badge>Not confirmed</Badge>
            <ResendConfirmation email={me.email} />
          </>
        )}
      </div>
      {sentTo && (
        <Banner tone="info" title="One step is left.">
          We sent a letter to {sentTo}. Open its link, and the address is yours; until then this one
          stays.
        </Banner>
      )}
      {open ? (
        <ChangeEmailForm
          onSent={(email) => {
            setSentTo(email);
            setOpen(false);
          }}
          onCancel={() => setOpen(false)}
        />
      ) : (
        <Button variant="secondary" className="justify-self-start" onClick={() => setOpen(true)}>
          Change e-mail…
        </Button>
      )}
    </SettingsSection>
  );
}

interface ChangeEmailFormProps {
  onSent: (email: string) => void;
  onCancel: () => void;
}

function ChangeEmailForm({ onSent, onCancel }: ChangeEmailFormProps) {
  const [changeEmail] = useChangeEmailMutation();
  const { form, errors, busy, onSubmit, bind } = useForm({
    fields: ['email', 'current_password'],
    initial: { email: '', current_password: '' },
    words: {
      email_invalid: { field: 'email', text: email_invalid?.text ?? '' },
      email_taken: {
        field: 'email',
        text: email_taken ? 'There is an account with this e-mail.' : '',
      },
      password_wrong: { field: 'current_password', text: 'This is not your password.' },
    },
    check: ({ email, current_password }) => {
      const missing = missingWords({ email, password: current_password });
      return {
        ...(missing.email && { email: missing.email }),
        ...(missing.password && { current_password: 'Type your password.' }),
      };
    },
    submit: async ({ email, current_password }) => {
      await changeEmail({ email: email.trim(), current_password }).unwrap();
      onSent(email.trim());
    },
  });
  return (
    <form ref={form} noValidate onSubmit={onSubmit} className="grid gap-5">
      {errors.form && <Banner tone="danger">{errors.form}</Banner>}
      <Field label="New e-mail" error={errors.fields.email}>
        {(control) => (
          <Input
            {...control}
            {...bind('email')}
            type="email"
            inputMode="email"
            autoCapitalize="none"
            autoComplete="email"
          />
        )}
      </Field>
      <Field label="Your password" error={errors.fields.current_password}>
        {(control) => (
          <PasswordInput
            {...control}
            {...bind('current_password')}
            autoComplete="current-password"
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" busy={busy}>
          Send a letter to the new address
        </Button>
        <Button variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
