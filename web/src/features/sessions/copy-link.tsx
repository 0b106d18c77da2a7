import { Check, Link2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { copyText } from '@/lib/clipboard';
import { toast } from '@/lib/toast';

/** Copies a session's link and says so where the press was. */
export function CopyLink({ url, size = 'sm' }: { url: string; size?: 'sm' | 'md' }) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    const done = await copyText(url);
    setCopied(done);
    if (!done) toast({ title: 'Your browser did not let us copy. The link is', detail: url });
  };

  return (
    <Button variant="secondary" size={size} onClick={copy}>
      {copied ? <Check aria-hidden /> : <Link2 aria-hidden />}
      <span aria-live="polite">{copied ? 'Copied' : 'Copy link'}</span>
    </Button>
  );
}
