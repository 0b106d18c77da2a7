import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import {
  useCalendarFeedQuery,
  useRemoveCalendarFeedMutation,
  useRenewCalendarFeedMutation,
} from './api';

/** The secret address under which one's calendar finds one's bookings. */
export function FeedSection() {
  const { data } = useCalendarFeedQuery();
  const [renew, renewing] = useRenewCalendarFeedMutation();
  const [remove, removing] = useRemoveCalendarFeedMutation();
  if (!data) return null;

  const failed = (title: string, error: unknown) =>
    toast({ tone: 'danger', title, detail: sortProblem(error, [], {}).form });
  const make = async () => {
    const { error } = await renew();
    if (error) failed('There is no new address', error);
    else if (data.url) toast({ tone: 'success', title: 'The old address works no more' });
  };
  const takeAway = async () => {
    const { error } = await remove();
    if (error) failed('The address is still there', error);
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(data.url ?? '');
      toast({ tone: 'success', title: 'Copied' });
    } catch {
      toast({ tone: 'danger', title: 'Not copied', detail: 'Select the address and copy it.' });
    }
  };

  return (
    <section aria-label="In your calendar" className="grid gap-3">
      <h2 className="text-sm font-medium text-muted">In your calendar</h2>
      <div className="grid gap-4 rounded-md border border-border bg-surface p-6">
        <p className="max-w-prose text-sm">
          Subscribe to your bookings in Google Calendar, Outlook or Apple Calendar: what is booked,
          moved or cancelled here shows up there.
          {data.url && ' Whoever has this address sees your bookings, so keep it to yourself.'}
        </p>
        {data.url ? (
          <>
            <Input
              readOnly
              aria-label="Address of your bookings"
              value={data.url}
              onFocus={({ target }) => target.select()}
              className="font-mono text-sm"
            />
            <div className="flex flex-wrap gap-3">
              <Button size="sm" onClick={() => void copy()}>
                Copy the address
              </Button>
              <Button
                size="sm"
                variant="secondary"
                busy={renewing.isLoading}
                onClick={() => void make()}
              >
                Replace it
              </Button>
              <Button
                size="sm"
                variant="ghost"
                busy={removing.isLoading}
                onClick={() => void takeAway()}
              >
                Take it away
              </Button>
            </div>
          </>
        ) : (
          <Button
            variant="secondary"
            className="justify-self-start"
            busy={renewing.isLoading}
            onClick={() => void make()}
          >
            Make a secret address
          </Button>
        )}
      </div>
    </section>
  );
}
