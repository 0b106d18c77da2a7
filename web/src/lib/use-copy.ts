import { useEffect, useState } from 'react';
import { copyText } from '@/lib/clipboard';
import { toast } from '@/lib/toast';

/** Copies a link; `copied` is true for a moment afterwards. */
export function useCopy(url: string): { copied: boolean; copy: () => Promise<void> } {
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
  return { copied, copy };
}
