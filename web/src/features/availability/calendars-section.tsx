import { useState } from 'react';
import type { BusyCalendar } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { When } from '@/components/when';
import { Badge } from '@/components/ui/badge';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent } from '@/components/ui/dialog';
import { Skeleton } from '@/components/ui/skeleton';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import {
  useBeginGoogleMutation,
  useMyCalendarsQuery,
  useRefreshCalendarMutation,
  useRemoveCalendarMutation,
} from './api';
import { rememberAttempt } from './google-attempt';
import { SubscribeForm } from './subscribe-form';

const REFRESH_MS = 60_000;

/** Calendars elsewhere whose events close openings here. */
export function CalendarsSection() {
  const { data, error, refetch } = useMyCalendarsQuery(undefined, {
    pollingInterval: REFRESH_MS,
    skipPollingIfUnfocused: true,
  });
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label="Other calendars" className="grid gap-4">
      <div>
        <h2 className="text-lg">Other calendars</h2>
        <p className="max-w-prose text-sm text-muted">
          While an event is on, nobody can book you. Only the times are kept, not what the events
          are about. Subscribe to your country&rsquo;s holidays here, too.
        </p>
      </div>
      {!data && !error && <Skeleton className="h-20" />}
      {!data && error && (
        <LoadFailed title="Your calendars could not be loaded." error={error} onRetry={refetch} />
      )}
      {data && data.items.length > 0 && (
        <ul className="divide-y divide-border rounded-md border border-border bg-surface">
          {data.items.map((calendar) => (
            <Row key={calendar.id} calendar={calendar} />
          ))}
        </ul>
      )}
      {data && (
        <div className="flex flex-wrap gap-3">
          <Button variant="secondary" onClick={() => setOpen(true)}>
            Subscribe to a calendar
          </Button>
          {data.offers_google && <ConnectGoogle />}
        </div>
      )}
      <Dialog open={isOpen} onOpenChange={setOpen}>
        <DialogContent
          title="Subscribe to a calendar"
          description="By its iCal address, which calendars call secret or public address."
          className="max-w-xl"
        >
          <SubscribeForm onDone={() => setOpen(false)} />
        </DialogContent>
      </Dialog>
    </section>
  );
}

function ConnectGoogle() {
  const [begin, { isLoading }] = useBeginGoogleMutation();
  const connect = async () => {
    const { data, error } = await begin();
    if (error) {
      const detail = sortProblem(error, [], {}).form;
      toast({ tone: 'danger', title: 'Google Calendar is not connected', detail });
      return;
    }
    rememberAttempt(data.attempt);
    window.location.assign(data.url);
  };
  return (
    <Button variant="secondary" busy={isLoading} onClick={() => void connect()}>
      Connect Google Calendar
    </Button>
  );
}

function Row({ calendar }: { calendar: BusyCalendar }) {
  const [refresh, refreshing] = useRefreshCalendarMutation();
  const [remove, removing] = useRemoveCalendarMutation();
  const { id, name, host, kind, source, trouble, left_out: leftOut } = calendar;

  const say = (title: string, error: unknown) =>
    toast({ tone: 'danger', title, detail: sortProblem(error, [], {}).form });
  const read = async () => {
    const { data, error } = await refresh(id);
    if (error) say(`${name} was not read`, error);
    else if (!data.trouble) toast({ tone: 'success', title: `${name} is up to date` });
  };
  const takeOff = async () => {
    const { error } = await remove(id);
    if (error) say(`${name} is still there`, error);
  };

  return (
    <li className="grid gap-3 p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <p className="flex flex-wrap items-center gap-2 font-medium break-words">
            <span className="min-w-0 break-words">{name}</span>
            {kind === 'holidays' && <Badge>Holidays</Badge>}
            {trouble && <Badge tone="warning">Not up to date</Badge>}
          </p>
          <p className="text-sm break-words text-muted">
            {source === 'feed' && host && host !== name && `${host} · `}
            {calendar.events} {calendar.events === 1 ? 'event' : 'events'} · read{' '}
            <When ms={calendar.read_at_ms} inText />
          </p>
        </div>
        <Button
          size="sm"
          variant="secondary"
          aria-label={`Read now: ${name}`}
          busy={refreshing.isLoading}
          onClick={() => void read()}
        >
          Read now
        </Button>
        <Button
          size="sm"
          variant="ghost"
          aria-label={`Remove ${name}`}
          busy={removing.isLoading}
          onClick={() => void takeOff()}
        >
          Remove
        </Button>
      </div>
      {trouble && (
        <Banner tone="warning" title="It could not be read.">
          {trouble.detail} Until then the times read <When ms={calendar.read_at_ms} inText /> stay
          closed. Next try: <When ms={calendar.due_at_ms} inText />.
        </Banner>
      )}
      {leftOut > 0 && (
        <Banner tone="warning">
          {leftOut === 1 ? 'One event' : `${leftOut} events`} could not be understood and closes
          nothing. Add those hours under the dates that differ.
        </Banner>
      )}
    </li>
  );
}
