import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { useCallState } from '../call-slice';
import { SafetyNumber } from './safety-number';

/** Says that the call is end-to-end encrypted, and on a press what that means. Nothing in other calls. */
export function EncryptionBadge() {
  const encryption = useCallState((state) => state.encryption);
  if (encryption === 'in-transit') return null;
  const keyless = encryption === 'no-key';
  return (
    <Dialog>
      <DialogTrigger data-testid="encryption-badge" className="justify-self-start rounded-full">
        <Badge tone={keyless ? 'warning' : 'success'}>
          {keyless ? <ShieldAlert aria-hidden /> : <ShieldCheck aria-hidden />}
          {keyless ? 'Encrypted, no key' : 'End-to-end encrypted'}
        </Badge>
      </DialogTrigger>
      <DialogContent
        title="End-to-end encrypted"
        description="Sound and picture are encrypted in your browser and readable only to people with the whole link. The server passes them on and cannot see or hear them."
      >
        <SafetyNumber />
        <ul className="grid list-disc gap-1.5 pl-5 text-sm text-muted">
          <li>Whoever has the link has the key: send it in a way you trust.</li>
          <li>The chat is not encrypted like this; the server keeps it with the session.</li>
          <li>Recording is off: a server cannot record what it cannot read.</li>
        </ul>
      </DialogContent>
    </Dialog>
  );
}
