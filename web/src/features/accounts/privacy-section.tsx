import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { User } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { toast } from '@/lib/toast';
import { useForm } from '@/lib/use-form';
import { useDeleteAccountMutation, useTakeDataMutation } from './api';
import { useGuardedAction } from './guarded-action';
import { SettingsSection } from './settings-section';
import { ProofDeclined, useProof } from './use-proof';

/** Taking everything out, and leaving. */
export function PrivacySection({ me }: { me: User }) {
  const { run, busy, proofDialog } = useGuardedAction();
  const [takeData] = useTakeDataMutation();
  const [leaving, setLeaving] = useState(false);

  const takeOut = async () => {
    const saved = await run('Your data was not downloaded', async () => {
      await takeData().unwrap();
    });
    if (saved) toast({ tone: 'success', title: 'Your data is in your downloads' });
  };

  return (
    <SettingsSection
      id="data"
      title="Your data"
      lead="All of it, to keep: your account, sessions, bookings and messages, as files any program reads."
    >
      <div className="flex flex-wrap gap-3">
        <Button variant="secondary" busy={busy} onClick={takeOut}>
          Download my data
        </Button>
        <Button variant="ghost" onClick={() => setLeaving(true)}>
          Delete account…
        </Button>
      </div>
      {proofDialog}
      <Dialog open={leaving} onOpenChange={setLeaving}>
        {leaving && (
          <DialogContent
            title="Delete your account?"
            description="This is done at once, and nobody can bring it back."
          >
            <LeaveForm email={me.email} />
          </DialogContent>
        )}
      </Dialog>
    </SettingsSection>
  );
}

function LeaveForm({ email }: { email: string }) {
  const [deleteAccount] = useDeleteAccountMutation();
  const { guard, proofDialog } = useProof();
  const navigate = useNavigate();
  const { form, errors, busy, onSubmit, bind } = useForm({
    fields: ['email'],
    initial: { email: '' },
    words: {},
    check: (typed) =>
      typed.email.trim().toLowerCase() === email.toLowerCase()
        ? {}
        : { email: 'Type the address of this account, as it stands above.' },
    submit: async () => {
      try {
        await guard(() => deleteAccount().unwrap());
      } catch (error) {
        if (error instanceof ProofDeclined) return;
        throw error;
      }
      toast({ tone: 'success', title: 'Your account is deleted' });
      void navigate('/', { replace: true });
    },
  });
  return (
    <>
      <form ref={form} noValidate onSubmit={onSubmit} className="grid gap-5">
        {errors.form && <Banner tone="danger">{errors.form}</Banner>}
        <ul className="grid list-disc gap-1 pl-5 text-sm">
          <li>Sessions ahead are cancelled; everyone concerned gets a letter.</li>
          <li>Your mentor page, your picture and your settings are erased.</li>
          <li>
            Others keep the sessions you had with them, and their chats, with a “Deleted person” in
            your place.
          </li>
        </ul>
        <Field
          label="Your e-mail"
          hint={
            <>
              To be sure, type <strong className="break-all">{email}</strong>
            </>
          }
          error={errors.fields.email}
        >
          {(control) => (
            <Input
              {...control}
              {...bind('email')}
              inputMode="email"
              autoCapitalize="none"
              autoComplete="off"
            />
          )}
        </Field>
        <Button type="submit" variant="danger" busy={busy}>
          Delete my account for good
        </Button>
      </form>
      {proofDialog}
    </>
  );
}
