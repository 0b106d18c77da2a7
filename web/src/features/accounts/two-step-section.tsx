import { useState } from 'react';
import type { TotpOffer } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { toast } from '@/lib/toast';
import {
  useOfferTotpMutation,
  useRemoveTotpMutation,
  useRenewBackupCodesMutation,
  useSecurityQuery,
} from './api';
import { BackupCodes } from './backup-codes';
import { useGuardedAction } from './guarded-action';
import { SettingsSection } from './settings-section';
import { TotpSetup } from './totp-setup';

/** An authenticator app and backup codes. */
export function TwoStepSection() {
  const { data: security, error, refetch } = useSecurityQuery();
  return (
    <SettingsSection
      id="two-step"
      title="Two-step sign-in"
      lead="Whoever learns your password still cannot sign in: a code of an app on your phone is asked for too."
    >
      {error && !security ? (
        <LoadFailed title="This could not be loaded." error={error} onRetry={refetch} />
      ) : security ? (
        <TwoStep on={security.two_step} app={security.totp} left={security.backup_codes_left} />
      ) : (
        <Skeleton className="h-16" />
      )}
    </SettingsSection>
  );
}

function TwoStep({ on, app, left }: { on: boolean; app: boolean; left: number }) {
  const { run, busy, proofDialog } = useGuardedAction();
  const [offerTotp] = useOfferTotpMutation();
  const [removeTotp] = useRemoveTotpMutation();
  const [renew] = useRenewBackupCodesMutation();
  const [offer, setOffer] = useState<TotpOffer>();
  const [codes, setCodes] = useState<string[]>();

  const begin = () =>
    run('Two-step sign-in is not set up', async () => setOffer(await offerTotp().unwrap()));
  const remove = async () => {
    const removed = await run('The app is still asked for', async () => {
      await removeTotp().unwrap();
    });
    if (removed) toast({ tone: 'success', title: 'The authenticator app is removed' });
  };
  const draw = () =>
    run('Your backup codes are as they were', async () =>
      setCodes((await renew().unwrap()).backup_codes),
    );

  if (codes) return <BackupCodes codes={codes} onKept={() => setCodes(undefined)} />;
  if (offer) {
    return (
      <TotpSetup
        offer={offer}
        onConfirmed={(fresh) => {
          setOffer(undefined);
          setCodes(fresh);
          toast({ tone: 'success', title: 'Two-step sign-in is on' });
        }}
        onCancel={() => setOffer(undefined)}
      />
    );
  }
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {on ? <Badge tone="accent">On</Badge> : <Badge>Off</Badge>}
        {on && (
          <span className="text-sm text-muted">
            {left === 1 ? 'One backup code is left.' : `${left} backup codes are left.`}
          </span>
        )}
      </p>
      <div className="flex flex-wrap gap-3">
        {app ? (
          <Button variant="secondary" busy={busy} onClick={remove}>
            Remove the authenticator app…
          </Button>
        ) : (
          <Button variant="secondary" busy={busy} onClick={begin}>
            Set up an authenticator app…
          </Button>
        )}
        {on && (
          <Button variant="secondary" busy={busy} onClick={draw}>
            New backup codes…
          </Button>
        )}
      </div>
      {proofDialog}
    </>
  );
}
