import { useMeQuery } from '@/api/me';
import { useTitle } from '@/lib/title';
import { JoinByLink } from './join-by-link';
import { SessionList } from './session-list';
import { StartSessionDialog } from './start-session-dialog';

export function SessionsPage() {
  useTitle('My sessions');
  const { data: me } = useMeQuery();
  const isMentor = me?.mentor?.status === 'approved';
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h1 className="text-xl">My sessions</h1>
        {isMentor && <StartSessionDialog />}
      </div>
      {me?.mentor?.status === 'applied' && (
        <p className="text-muted">
          You asked to be a mentor here. Until that is approved, you can join sessions of others.
        </p>
      )}
      <JoinByLink />
      <SessionList isMentor={isMentor} />
    </div>
  );
}
