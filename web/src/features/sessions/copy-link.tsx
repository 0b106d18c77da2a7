import { Check, Link2 } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { useCopy } from '@/lib/use-copy';

/** Copies a session's link and says so where the press was. */
export function CopyLink({ url, size = 'sm' }: { url: string; size?: 'sm' | 'md' }) {
  const { copied, copy } = useCopy(url);

  return (
    <Button variant="secondary" size={size} onClick={copy}>
      {copied ? <Check aria-hidden /> : <Link2 aria-hidden />}
      <span aria-live="polite">{copied ? 'Copied' : 'Copy link'}</span>
    </Button>
  );
}
