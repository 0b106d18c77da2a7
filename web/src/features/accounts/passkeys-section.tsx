import { KeyRound } from 'lucide-react';
import { useId, useState } from 'react';
import type { Passkey } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Switch } from '@/components/ui/switch';
import { When } from '@/components/when';
import { createPasskey, passkeysExist } from '@/lib/passkeys';
import { toast } from '@/lib/toast';
import { useForm } from '@/lib/use-form';
import {
  useAddPasskeyMutation,
  useAskForPasskeyMutation,
  useBeginPasskeyMutation,
  usePasskeysQuery,
  useRemovePasskeyMutation,
  useRenamePasskeyMutation,
  useSecurityQuery,
} from './api';
import { BackupCodes } from './backup-codes';
import { deviceName } from './device-name';
import { useGuardedAction } from './guarded-action';
import { SettingsSection } from './settings-section';

/** Passkeys: what there are, another one, and whether one is asked for after the password. */
export function PasskeysSection() {
  const { data: passkeys } = usePasskeysQuery();
  const { data: security } = useSecurityQuery();
  const { run, busy, proofDialog } = useGuardedAction();
  const [begin] = useBeginPasskeyMutation();
  const [add] = useAddPasskeyMutation();

  const register = async () => {
    const added = await run('No passkey was added', async () => {
      const { ceremony, options } = await begin().unwrap();
      const credential = await createPasskey(options);
      await add({ ceremony, credential, name: deviceName(navigator.userAgent) }).unwrap();
    });
    if (added) toast({ tone: 'success', title: 'Your passkey is added' });
  };

  return (
    <SettingsSection
      id="passkeys"
      title="Passkeys"
      lead="Sign in with a finger, a face or a security key instead of a password. Nobody can phish a passkey."
    >
      {passkeys && passkeys.length > 0 && (
        <ul
          aria-label="Your passkeys"
          className="divide-y divide-border rounded-md border border-border bg-surface"
        >
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
        </ul>
      )}
      {security?.has_password && passkeys && passkeys.length > 0 && (
        <AskForPasskey asks={security.asks_for_passkey} />
      )}
      {passkeysExist() ? (
        <Button variant="secondary" className="justify-self-start" busy={busy} onClick={register}>
          Add a passkey…
        </Button>
      ) : (
        <p className="text-sm text-muted">This browser cannot make passkeys on this page.</p>
      )}
      {proofDialog}
    </SettingsSection>
  );
}

function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const { id, name, created_at_ms, last_used_at_ms } = passkey;
  const { run, busy, proofDialog } = useGuardedAction();
  const [removePasskey] = useRemovePasskeyMutation();
  const [renaming, setRenaming] = useState(false);

  const remove = async () => {
    const removed = await run(`${name} is still your passkey`, async () => {
      await removePasskey(id).unwrap();
    });
    if (removed) toast({ tone: 'success', title: `${name} is removed` });
  };

  return (
    <li className="grid gap-3 p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <KeyRound className="size-5 text-muted" aria-hidden />
        <div className="min-w-0 flex-1 basis-40">
          <p className="font-medium break-words">{name}</p>
          <p className="text-sm text-muted">
            {last_used_at_ms ? (
              <>
                Last used <When ms={last_used_at_ms} inText />, your time
              </>
            ) : (
              <>
                Added <When ms={created_at_ms} inText />, your time
              </>
            )}
          </p>
        </div>
        <Button
          size="sm"
          variant="ghost"
          aria-label={`Rename ${name}`}
          aria-expanded={renaming}
          onClick={() => setRenaming(!renaming)}
        >
          Rename
        </Button>
        <Button
          size="sm"
          variant="secondary"
          busy={busy}
          aria-label={`Remove ${name}`}
          onClick={remove}
        >
          Remove
        </Button>
      </div>
      {renaming && <RenameForm passkey={passkey} onDone={() => setRenaming(false)} />}
      {proofDialog}
    </li>
  );
}

function RenameForm({ passkey, onDone }: { passkey: Passkey; onDone: () => void }) {
  const [rename] = useRenamePasskeyMutation();
  const { form, errors, busy, onSubmit, bind } = useForm({
    fields: ['name'],
    initial: { name: passkey.name },
    words: { passkey_name_invalid: { field: 'name', text: 'Use 1 to 60 ordinary characters.' } },
    check: ({ name }) => (name.trim() === '' ? { name: 'Give it a name.' } : {}),
    submit: async ({ name }) => {
      await rename({ id: passkey.id, name: name.trim() }).unwrap();
      onDone();
    },
  });
  return (
    <form ref={form} noValidate onSubmit={onSubmit} className="flex flex-wrap items-end gap-3">
      <Field
        label="Name"
        className="min-w-0 flex-1 basis-48"
        error={errors.fields.name ?? errors.form}
      >
        {(control) => <Input {...control} {...bind('name')} autoComplete="off" />}
      </Field>
      <Button type="submit" busy={busy}>
        Save name
      </Button>
    </form>
  );
}

function AskForPasskey({ asks }: { asks: boolean }) {
  const id = useId();
  const { run, busy, proofDialog } = useGuardedAction();
  const [ask] = useAskForPasskeyMutation();
  const [codes, setCodes] = useState<string[]>([]);

  const change = (wanted: boolean) =>
    run('This stays as it was', async () => {
      const { backup_codes } = await ask(wanted).unwrap();
      setCodes(backup_codes);
    });

  return (
    <>
      <div className="flex items-center gap-3">
        <Switch id={id} checked={asks} disabled={busy} onCheckedChange={change} />
        <label htmlFor={id} className="text-sm">
          Also ask for a passkey after my password
        </label>
      </div>
      {codes.length > 0 && <BackupCodes codes={codes} onKept={() => setCodes([])} />}
      {proofDialog}
    </>
  );
}
