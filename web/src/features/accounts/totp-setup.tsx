import type { TotpOffer } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { useForm } from '@/lib/use-form';
import { useConfirmTotpMutation } from './api';
import { ProofDeclined, useProof } from './use-proof';

/** Squares of quiet around a QR code (ISO/IEC 18004). */
const QUIET = 4;

interface TotpSetupProps {
  offer: TotpOffer;
  onConfirmed: (backupCodes: string[]) => void;
  onCancel: () => void;
}

/** The secret for an authenticator app, and the code that shows that the app has it. */
export function TotpSetup({ offer, onConfirmed, onCancel }: TotpSetupProps) {
  const [confirm] = useConfirmTotpMutation();
  // Who takes long to find their phone is asked once more.
  const { guard, proofDialog } = useProof();
  const { form, errors, busy, onSubmit, bind } = useForm({
    fields: ['code'],
    initial: { code: '' },
    words: {
      code_wrong: {
        field: 'code',
        text: 'This is not the code. Type the newest one; the clock of your phone must be right.',
      },
    },
    check: ({ code }) =>
      code.trim() === '' ? { code: 'Type the six digits your app shows.' } : {},
    submit: async ({ code }) => {
      try {
        const { backup_codes } = await guard(() => confirm(code.trim()).unwrap());
        onConfirmed(backup_codes);
      } catch (error) {
        if (!(error instanceof ProofDeclined)) throw error;
      }
    },
  });
  return (
    <>
      <form
        ref={form}
        noValidate
        onSubmit={onSubmit}
        className="grid gap-5 rounded-md border border-border bg-surface p-4"
      >
        {errors.form && <Banner tone="danger">{errors.form}</Banner>}
        <div className="grid gap-5 sm:grid-cols-[auto_1fr] sm:items-center">
          {offer.qr && <QrCode {...offer.qr} />}
          <div className="grid min-w-0 gap-3 text-sm">
            <p>Scan this with your authenticator app. Where there is no camera, type the key:</p>
            <p className="font-mono text-base break-words" aria-label="Key for the app">
              {offer.secret.replace(/(.{4})(?=.)/gu, '$1 ')}
            </p>
            <p>
              <a className="text-accent underline" href={offer.uri}>
                Open an app on this device
              </a>
            </p>
          </div>
        </div>
        <Field
          label="Code"
          hint="The six digits your app shows now. Nothing changes before."
          error={errors.fields.code}
        >
          {(control) => (
            <Input
              {...control}
              {...bind('code')}
              inputMode="numeric"
              autoComplete="one-time-code"
              className="font-mono"
            />
          )}
        </Field>
        <div className="flex flex-wrap gap-3">
          <Button type="submit" busy={busy}>
            Turn on two-step sign-in
          </Button>
          <Button variant="ghost" onClick={onCancel}>
            Cancel
          </Button>
        </div>
      </form>
      {proofDialog}
    </>
  );
}

/** Dark on white in either scheme: cameras want it so. */
function QrCode({ size, path }: { size: number; path: string }) {
  const side = size + 2 * QUIET;
  return (
    <svg
      role="img"
      aria-label="QR code for your authenticator app; the key beside it says the same"
      viewBox={`${-QUIET} ${-QUIET} ${side} ${side}`}
      className="size-44 rounded-sm"
      shapeRendering="crispEdges"
    >
      <rect x={-QUIET} y={-QUIET} width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
