import { DialogContent } from '@/components/ui/dialog';
import { useSafetyNumber } from './use-safety-number';

/** What a dialog says of a call's encryption: what it covers, what it does not, and the number to compare. */
export function AboutEncryption() {
  const number = useSafetyNumber();
  return (
    <DialogContent
      title="End-to-end encrypted"
      description="Your browser encrypts sound and picture. Only people with the whole link can read them; the server passes them on and cannot see or hear them."
    >
      {number && (
        <div className="grid gap-2 text-sm">
          <p className="font-medium">Safety number</p>
          <p
            data-testid="safety-number"
            className="rounded-md bg-surface-2 px-4 py-3 text-center text-lg font-semibold tracking-wide tabular-nums"
          >
            {number}
          </p>
          <p className="text-muted">
            Read it to each other: the same number on both sides means the same key.
          </p>
        </div>
      )}
      <ul className="grid list-disc gap-1.5 pl-5 text-sm text-muted">
        <li>Whoever has the link has the key: send it in a way you trust.</li>
        <li>Chat and names are not part of it: the server reads them and keeps the chat.</li>
        <li>Recording is off: a server cannot record what it cannot read.</li>
      </ul>
    </DialogContent>
  );
}
