import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { isProblem } from '@/api/problem';
import type { Session } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { When } from '@/components/when';
import { sortProblem } from '@/lib/form-problem';
import { fragmentOf, rememberedRoomKey } from '@/lib/room-key';
import { browserViewer, duration, zoneName } from '@/lib/time';
import { useTitle } from '@/lib/title';
import { useSessionQuery } from './api';
import { CopyLink } from './copy-link';
import { EndSessionDialog } from './end-session-dialog';
import { SessionState } from './session-state';

const REFRESH_MS = 20_000;

export function SessionPage() {
  const { id = '' } = useParams();
  const { data, error, isLoading, refetch } = useSessionQuery(id, {
    refetchOnMountOrArgChange: true,
    refetchOnFocus: true,
    pollingInterval: REFRESH_MS,
    skipPollingIfUnfocused: true,
  });
  useTitle(data?.title ?? 'Session');
  return (
    <div className="mx-auto grid w-full max-w-2xl gap-6 px-4 py-10 sm:py-14">
      <Link
        to="/sessions"
        className="inline-flex items-center gap-2 justify-self-start rounded-sm text-sm text-muted hover:text-foreground"
      >
        <ArrowLeft className="size-4" aria-hidden />
        My sessions
      </Link>
      {isLoading && <Skeleton className="h-64" />}
      {error && !data && <NotShown error={error} retry={() => void refetch()} />}
      {data && <Details session={data} />}
    </div>
  );
}

function NotShown({ error, retry }: { error: unknown; retry: () => void }) {
  const { form } = sortProblem(error, [], {
    not_found: { text: 'It does not exist, or it is not one of yours.' },
  });
  return (
    <>
      <h1 className="text-xl">This session cannot be shown</h1>
      <Banner
        tone="danger"
        action={
          isProblem(error) && error.status === 404 ? null : (
            <Button size="sm" variant="secondary" onClick={retry}>
              Try again
            </Button>
          )
        }
      >
        {form}
      </Banner>
    </>
  );
}

function Details({ session }: { session: Session }) {
  const { title, state, you, mentor, join_code, end_to_end, started_at_ms, ended_at_ms } = session;
  const key = rememberedRoomKey(join_code);
  const keyIsElsewhere = end_to_end && key === null;
  const join_url = session.join_url + fragmentOf(key);
  const isOver = state === 'ended';
  return (
    <>
      <header className="grid gap-3">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-xl break-words">{title}</h1>
          <SessionState session={session} />
        </div>
        {!isOver && (
          <div className="flex flex-wrap gap-2">
            <Button asChild>
              <Link to={`/join/${join_code}`}>Join</Link>
            </Button>
            {!keyIsElsewhere && <CopyLink url={join_url} size="md" />}
            {you === 'mentor' && (
              <EndSessionDialog session={session}>
                <Button variant="ghost" className="px-3 text-danger">
                  End session
                </Button>
              </EndSessionDialog>
            )}
          </div>
        )}
      </header>
      <Card>
        <dl className="grid gap-x-6 gap-y-4 sm:grid-cols-[9rem_1fr]">
          <Fact name="Mentor">{you === 'mentor' ? 'You' : mentor.display_name}</Fact>
          <Fact name="Opened">
            <When ms={session.created_at_ms} />
            <YourTime />
          </Fact>
          {started_at_ms !== null && (
            <Fact name="Started">
              <When ms={started_at_ms} />
              <YourTime />
            </Fact>
          )}
          {ended_at_ms !== null && (
            <Fact name="Ended">
              <When ms={ended_at_ms} />
              <YourTime />
              {started_at_ms !== null && ` · lasted ${duration(ended_at_ms - started_at_ms)}`}
            </Fact>
          )}
          <Fact name="Waiting room">
            {session.waiting_room ? 'On: the mentor lets people in' : 'Off'}
          </Fact>
          <Fact name="Encryption">
            {end_to_end ? 'End to end: only people with the whole link see and hear' : 'In transit'}
          </Fact>
          {!isOver && (
            <Fact name="Link">
              {keyIsElsewhere ? (
                'This browser does not have the key. Use the link that was sent when the session was started.'
              ) : (
                <span className="break-all">{join_url}</span>
              )}
            </Fact>
          )}
        </dl>
      </Card>
    </>
  );
}

function YourTime() {
  return <span className="text-muted">, your time ({zoneName(browserViewer().timeZone)})</span>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-1 text-sm sm:col-span-2 sm:grid-cols-subgrid">
      <dt className="text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
