import { KeyRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { sortProblem } from '@/lib/form-problem';
import { askPasskey, PasskeyFailure, passkeysAreFilledIn, passkeysExist } from '@/lib/passkeys';
import { useLogInByPasskeyMutation, usePasskeyChallengeMutation } from './api';

/** Signing in by a passkey alone: by this button, or from what the browser fills into the form. */
export function PasskeySignIn() {
  const [challenge] = usePasskeyChallengeMutation();
  const [logIn] = useLogInByPasskeyMutation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();

  // The browser waits with its list until somebody picks a passkey from it; pressing the button ends the wait.
  useEffect(() => {
    if (busy) return;
    const leaving = new AbortController();
    const wait = async () => {
      if (!(await passkeysAreFilledIn()) || leaving.signal.aborted) return;
      const { ceremony, options } = await challenge({}).unwrap();
      const credential = await askPasskey(options, leaving.signal);
      await logIn({ ceremony, credential }).unwrap();
    };
    wait().catch((error: unknown) => {
      const silent = error instanceof PasskeyFailure || leaving.signal.aborted;
      if (!silent) setFailure(sortProblem(error, [], {}).form);
    });
    return () => leaving.abort();
  }, [challenge, logIn, busy]);

  if (!passkeysExist()) return null;

  const signIn = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      const { ceremony, options } = await challenge({}).unwrap();
      await logIn({ ceremony, credential: await askPasskey(options) }).unwrap();
    } catch (error) {
      const words = error instanceof PasskeyFailure ? error.message : undefined;
      setFailure(words ?? sortProblem(error, [], {}).form);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="grid gap-3">
      {failure && <Banner tone="danger">{failure}</Banner>}
      <Button variant="secondary" size="lg" busy={busy} onClick={signIn}>
        <KeyRound aria-hidden /> Sign in with a passkey
      </Button>
    </div>
  );
}
