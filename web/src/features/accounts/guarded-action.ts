import { useState } from 'react';
import { sortProblem } from '@/lib/form-problem';
import { PasskeyFailure } from '@/lib/passkeys';
import { toast } from '@/lib/toast';
import { ProofDeclined, useProof } from './use-proof';

/** A press of a button that may take a proof: busy meanwhile, and a notice when it fails. */
export function useGuardedAction() {
  const { guard, proofDialog } = useProof();
  const [busy, setBusy] = useState(false);
  /** Runs `task`; `failed` is the notice's title. Says whether it was done. */
  const run = async (failed: string, task: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    try {
      await guard(task);
      return true;
    } catch (error) {
      if (!(error instanceof ProofDeclined)) {
        const words = error instanceof PasskeyFailure ? error.message : undefined;
        toast({
          tone: 'danger',
          title: failed,
          detail: words ?? sortProblem(error, [], {}).form,
        });
      }
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, proofDialog };
}
