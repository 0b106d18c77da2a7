import { Link } from 'react-router';
import type { Session } from '@/api/types';
import { Button } from '@/components/ui/button';
import { When } from '@/components/when';
import { fragmentOf, rememberedRoomKey } from '@/lib/room-key';
import { duration } from '@/lib/time';
import { CopyLink } from './copy-link';
import { SessionState } from './session-state';

/** One session of the list: what, with whom, when, and the one thing to do next. */
export function SessionRow({ session }: { session: Session }) {
  const { id, title, state, you, join_code, join_url, end_to_end } = session;
  const key = rememberedRoomKey(join_code);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 p-4">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to={`/sessions/${id}`}
            className="min-w-0 rounded-sm font-medium break-words hover:underline"
          >
            {title}
          </Link>
          {state !== 'ended' && <SessionState session={session} />}
        </div>
        <p className="mt-0.5 text-sm text-muted">
          {you === 'member' && `With ${session.mentor.display_name} · `}
          <SessionTimes session={session} />
        </p>
      </div>
      {state !== 'ended' && (
        <div className="flex gap-2">
          {you === 'mentor' && (key !== null || !end_to_end) && (
            <CopyLink url={join_url + fragmentOf(key)} />
          )}
          <Button size="sm" asChild>
            <Link to={`/join/${join_code}`} aria-label={`Join ${title}`}>
              Join
            </Link>
          </Button>
        </div>
      )}
    </li>
  );
}

function SessionTimes({
  session: { created_at_ms, started_at_ms, ended_at_ms },
}: {
  session: Session;
}) {
  const began = started_at_ms ?? created_at_ms;
  return (
    <>
      <When ms={began} />
      {started_at_ms !== null &&
        ended_at_ms !== null &&
        ` · ${duration(Math.max(0, ended_at_ms - started_at_ms))}`}
    </>
  );
}
