import type { Session } from '@/api/types';
import { Badge } from '@/components/ui/badge';

/** "Live · 2 here", "Open", "Ended". */
export function SessionState({ session }: { session: Pick<Session, 'state' | 'present'> }) {
  switch (session.state) {
    case 'live':
      return (
        <Badge tone="success">
          <span className="size-1.5 rounded-full bg-success" aria-hidden />
          Live{session.present > 0 && ` · ${session.present} here`}
        </Badge>
      );
    case 'open':
      return <Badge tone="accent">Open</Badge>;
    case 'ended':
      return <Badge>Ended</Badge>;
  }
}
