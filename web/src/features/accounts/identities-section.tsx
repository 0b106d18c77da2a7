import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import {
  useBeginSignInMutation,
  useIdentitiesQuery,
  useSignInProvidersQuery,
  useUnlinkIdentityMutation,
} from './api';
import { useGuardedAction } from './guarded-action';
import { rememberReturn } from './return-after-provider';
import { SettingsSection } from './settings-section';

/** Other providers the person may sign in by; nothing where none is configured. */
export function IdentitiesSection() {
  const { data: providers } = useSignInProvidersQuery();
  const { data: linked } = useIdentitiesQuery();
  if (!providers?.length) return null;
  return (
    <SettingsSection
      id="identities"
      title="Other ways to sign in"
      lead="Linked accounts sign you in without a password."
    >
      <ul className="divide-y divide-border rounded-md border border-border bg-surface">
        {providers.map(({ id, name }) => (
          <ProviderRow
            key={id}
            id={id}
            name={name}
            email={linked?.find(({ provider }) => provider === id)?.email}
          />
        ))}
      </ul>
    </SettingsSection>
  );
}

interface ProviderRowProps {
  id: string;
  name: string;
  /** The address there, when it is linked. */
  email: string | undefined;
}

function ProviderRow({ id, name, email }: ProviderRowProps) {
  const { run, busy, proofDialog } = useGuardedAction();
  const [begin] = useBeginSignInMutation();
  const [unlink] = useUnlinkIdentityMutation();
  const isLinked = email !== undefined;

  const link = () =>
    run(`${name} is not linked`, async () => {
      const { url } = await begin(id).unwrap();
      rememberReturn('/settings');
      window.location.assign(url);
    });

  const takeOff = () =>
    run(`${name} is still linked`, async () => {
      await unlink(id).unwrap();
    });

  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 p-4">
      <div className="min-w-0 flex-1 basis-40">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {name} {isLinked && <Badge tone="accent">Linked</Badge>}
        </p>
        {email && <p className="truncate text-sm text-muted">{email}</p>}
      </div>
      <Button size="sm" variant="secondary" busy={busy} onClick={isLinked ? takeOff : link}>
        {isLinked ? `Unlink ${name}` : `Link ${name}`}
      </Button>
      {proofDialog}
    </li>
  );
}
