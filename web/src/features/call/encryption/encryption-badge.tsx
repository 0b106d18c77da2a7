import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { Dialog, DialogTrigger } from '@/components/ui/dialog';
import { useCallState } from '../call-slice';
import { AboutEncryption } from './about-encryption';

/** Says that the call is end-to-end encrypted, and on a press what that means. Nothing in other calls. */
export function EncryptionBadge() {
  const encryption = useCallState((state) => state.encryption);
  if (encryption === 'in-transit') return null;
  const keyless = encryption === 'no-key';
  return (
    <Dialog>
      <DialogTrigger
        data-testid="encryption-badge"
        className="inline-flex shrink-0 self-center justify-self-start rounded-full"
      >
        <Badge tone={keyless ? 'warning' : 'success'} className="py-1">
          {keyless ? <ShieldAlert aria-hidden /> : <ShieldCheck aria-hidden />}
          {keyless ? 'Encrypted, no key' : 'End-to-end encrypted'}
        </Badge>
      </DialogTrigger>
      <AboutEncryption />
    </Dialog>
  );
}
