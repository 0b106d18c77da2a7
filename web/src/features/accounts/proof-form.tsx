import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import type { PasskeyChallenge, Proof, ProofWay } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { sortProblem } from '@/lib/form-problem';
import { askPasskey, PasskeyFailure, passkeysExist } from '@/lib/passkeys';
import { useForm } from '@/lib/use-form';
import { PasswordInput } from './password-input';
import { ProviderButtons } from './provider-buttons';

type TypedWay = Exclude<ProofWay, 'passkey' | 'provider'>;

const TYPED: TypedWay[] = ['totp', 'password', 'backup_code'];

const WORDS: Record<TypedWay, { label: string; hint?: string; other: string; missing: string }> = {
  totp: {
    label: 'Code',
    hint: 'Six digits, from your authenticator app.',
    other: 'Use the authenticator app',
    missing: 'Type the six digits your app shows.',
  },
  password: { label: 'Your password', other: 'Use your password', missing: 'Type your password.' },
  backup_code: {
    label: 'Backup code',
    hint: 'One of the ten you kept. Each works once.',
    other: 'Use a backup code',
    missing: 'Type one of your backup codes.',
  },
};

interface ProofFormProps {
  ways: ProofWay[];
  /** What the button says, "Sign in". */
  label: string;
  challenge: () => Promise<PasskeyChallenge>;
  /** Sends it; rejects with the Problem. */
  onProof: (proof: Proof) => Promise<void>;
}

/** Proving who one is, by whichever of `ways` the person has at hand. */
export function ProofForm({ ways, label, challenge, onProof }: ProofFormProps) {
  const typed = TYPED.filter((way) => ways.includes(way));
  const [chosen, setChosen] = useState(typed[0]);
  const others = typed.filter((way) => way !== chosen);
  const byPasskey = ways.includes('passkey') && passkeysExist();
  return (
    <div className="grid gap-5">
      {byPasskey && <PasskeyProof challenge={challenge} onProof={onProof} />}
      {byPasskey && chosen && <p className="text-center text-sm text-muted">or</p>}
      {chosen && <TypedProof key={chosen} way={chosen} label={label} onProof={onProof} />}
      {ways.includes('provider') && <ProviderButtons returnTo="/settings" alone />}
      {others.length > 0 && (
        <ul className="grid justify-items-start gap-2">
          {others.map((way) => (
            <li key={way}>
              <Button variant="link" onClick={() => setChosen(way)}>
                {WORDS[way].other}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function PasskeyProof({ challenge, onProof }: Pick<ProofFormProps, 'challenge' | 'onProof'>) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const ask = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      const { ceremony, options } = await challenge();
      await onProof({ way: 'passkey', ceremony, credential: await askPasskey(options) });
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
      <Button variant="secondary" size="lg" busy={busy} onClick={ask}>
        <KeyRound aria-hidden /> Use a passkey
      </Button>
    </div>
  );
}

interface TypedProofProps extends Pick<ProofFormProps, 'label' | 'onProof'> {
  way: TypedWay;
}

function TypedProof({ way, label, onProof }: TypedProofProps) {
  const words = WORDS[way];
  const { form, errors, busy, onSubmit, bind } = useForm({
    fields: ['typed'],
    initial: { typed: '' },
    words: {
      proof_wrong: {
        field: 'typed',
        text:
          way === 'password'
            ? 'This is not your password.'
            : 'This does not match, or was used already. Type another one.',
      },
    },
    check: ({ typed }) => (typed.trim() === '' ? { typed: words.missing } : {}),
    submit: ({ typed }) =>
      onProof(way === 'password' ? { way, password: typed } : { way, code: typed.trim() }),
  });
  return (
    <form ref={form} noValidate onSubmit={onSubmit} className="grid gap-5">
      {errors.form && <Banner tone="danger">{errors.form}</Banner>}
      <Field label={words.label} hint={words.hint} error={errors.fields.typed}>
        {(control) =>
          way === 'password' ? (
            <PasswordInput {...control} {...bind('typed')} autoComplete="current-password" />
          ) : (
            <Input
              {...control}
              {...bind('typed')}
              inputMode={way === 'totp' ? 'numeric' : 'text'}
              autoComplete={way === 'totp' ? 'one-time-code' : 'off'}
              autoCapitalize="none"
              spellCheck={false}
              className="font-mono"
            />
          )
        }
      </Field>
      <Button type="submit" size="lg" busy={busy}>
        {label}
      </Button>
    </form>
  );
}
