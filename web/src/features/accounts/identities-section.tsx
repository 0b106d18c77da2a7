import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import {
  useBeginSignInMutation,
  useIdentitiesQuery,
  useSignInProvidersQuery,
  useUnlinkIdentityMutation,
} from './api';
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
  const [begin, beginning] = useBeginSignInMutation();
  const [unlink, unlinking] = useUnlinkIdentityMutation();
  const isLinked = email !== undefined;

  const link = async () => {
    const { data, error } = await begin(id);
    if (error) {
      const detail = sortProblem(error, [], {}).form;
      toast({ tone: 'danger', title: `${name} is not linked`, detail });
      return;
    }
    rememberReturn('/settings');
    window.location.assign(data.url);
  };

  const takeOff = async () => {
    const { error } = await unlink(id);
    if (error) {
      const detail = sortProblem(error, [], {}).form;
      toast({ tone: 'danger', title: `${name} is still linked`, detail });
    }
  };

  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 p-4">
      <div className="min-w-0 flex-1 basis-40">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {name} {isLinked && <Badge tone="accent">Linked</Badge>}
        </p>
        {email && <p className="truncate text-sm text-muted">{email}</p>}
      </div>
      <Button
        size="sm"
        variant="secondary"
        busy={beginning.isLoading || unlinking.isLoading}
        onClick={isLinked ? takeOff : link}
      >
        {isLinked ? `Unlink ${name}` : `Link ${name}`}
      </Button>
    </li>
  );
}
