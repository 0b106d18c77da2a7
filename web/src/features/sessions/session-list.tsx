import type { Session } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { ShowMore } from '@/components/show-more';
import { Skeleton } from '@/components/ui/skeleton';
import { browserViewer, zoneName } from '@/lib/time';
import { useSessionsInfiniteQuery } from './api';
import { EmptySessions } from './empty-sessions';
import { SessionRow } from './session-row';

const REFRESH_MS = 20_000;

/** The person's sessions, what is on first. Who is there stays fresh while the page is looked at. */
export function SessionList({ isMentor }: { isMentor: boolean }) {
  const query = useSessionsInfiniteQuery(undefined, {
    refetchOnMountOrArgChange: true,
    refetchOnFocus: true,
    pollingInterval: REFRESH_MS,
    skipPollingIfUnfocused: true,
  });
  const { data, error, isLoading, refetch } = query;

  if (isLoading) return <Skeleton className="h-56" />;
  if (error && !data) {
    return (
      <LoadFailed title="Your sessions could not be loaded." error={error} onRetry={refetch} />
    );
  }

  const sessions = data?.pages.flatMap((page) => page.items) ?? [];
  if (sessions.length === 0) return <EmptySessions isMentor={isMentor} />;
  const { timeZone } = browserViewer();

  return (
    <div className="grid gap-8">
      <Group title="On now" sessions={sessions.filter(({ state }) => state !== 'ended')} />
      <Group title="Past" sessions={sessions.filter(({ state }) => state === 'ended')} />
      <p className="text-sm text-muted">Times are your time, {zoneName(timeZone)}.</p>
      <ShowMore query={query}>Show older sessions</ShowMore>
    </div>
  );
}

function Group({ title, sessions }: { title: string; sessions: Session[] }) {
  if (sessions.length === 0) return null;
  return (
    <section aria-label={title} className="grid gap-3">
      <h2 className="text-sm font-medium text-muted">{title}</h2>
      <ul className="divide-y divide-border rounded-md border border-border bg-surface">
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
    </section>
  );
}
