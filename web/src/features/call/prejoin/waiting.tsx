import { DoorOpen } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { useCall } from '../call-context';
import { useCallState } from '../call-slice';
import { Preview } from './preview';

/** At the door: the mentor sees who is there and lets them in. */
export function Waiting({ mentor, title, name }: { mentor: string; title: string; name: string }) {
  const call = useCall();
  const signaling = useCallState((state) => state.signaling);
  return (
    <main
      data-testid="waiting"
      className="mx-auto grid min-h-dvh w-full max-w-xl content-center justify-items-center gap-6 px-4 py-8 text-center"
    >
      <Preview name={name} />
      <div className="grid gap-2" role="status">
        <p className="flex items-center justify-center gap-2 text-sm text-muted">
          <DoorOpen className="size-4" aria-hidden />
          {title}
        </p>
        <h1 className="text-lg">{mentor} will let you in</h1>
        <p className="text-muted">
          {signaling === 'open'
            ? 'They know that you are here. You are not seen or heard until then.'
            : 'The connection was interrupted; your place is kept while we reconnect…'}
        </p>
      </div>
      <Button variant="secondary" onClick={() => call.leave()}>
        Leave
      </Button>
    </main>
  );
}
