import { ShieldCheck } from 'lucide-react';
import { Banner } from '@/components/ui/banner';
import { useCallState } from '../call-slice';

/** Before joining: that the session is end-to-end encrypted, or that its key is missing. */
export function EncryptionNote() {
  const encryption = useCallState((state) => state.encryption);
  if (encryption === 'in-transit') return null;
  if (encryption === 'no-key') {
    return (
      <Banner tone="warning" title="Your link has no key">
        <span data-testid="no-key-note">
          This session is end-to-end encrypted, and its key is in the link, after the #. Ask for the
          whole link. Without it you see and hear nobody, and nobody sees or hears you.
        </span>
      </Banner>
    );
  }
  return (
    <p data-testid="encryption-note" className="flex items-center gap-2 text-sm text-muted">
      <ShieldCheck className="size-4 shrink-0 text-success" aria-hidden />
      End-to-end encrypted: only people with the whole link see and hear you. Recording is off.
    </p>
  );
}
