import { Button } from '@/components/ui/button';
import { useCallState } from '../call-slice';
import { useCopy } from '@/lib/use-copy';

/** Nobody else is here: what to do about it. */
export function Alone({ joinUrl }: { joinUrl: string }) {
  const { copied, copy } = useCopy(joinUrl);
  const waiting = useCallState((state) => state.waitingPeople.length);
  return (
    <div className="absolute inset-0 grid place-content-center justify-items-center gap-4 p-6 pb-24 text-center">
      <h2 className="text-lg">You are the only one here</h2>
      <p className="max-w-sm text-muted">
        {waiting > 0
          ? 'Somebody waits at the door: let them in.'
          : 'Send the link to whom you want to meet. They need nothing but a browser.'}
      </p>
      <Button variant="secondary" onClick={() => void copy()}>
        {copied ? 'Link copied' : 'Copy the link'}
      </Button>
    </div>
  );
}
