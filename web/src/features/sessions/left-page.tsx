import { Link, useParams, useSearchParams } from 'react-router';
import { useJoinInfoQuery } from '@/api/join';
import { useMeQuery } from '@/api/me';
import { Button } from '@/components/ui/button';
import { withReturnTo } from '@/lib/return-to';
import { useTitle } from '@/lib/title';
import { leftWords } from './left-reasons';

/** After the call: why it is over for this person, and the ways on. */
export function LeftPage() {
  const { joinCode = '' } = useParams();
  const [params] = useSearchParams();
  const { data: me } = useMeQuery();
  const { data: join } = useJoinInfoQuery(joinCode, { refetchOnMountOrArgChange: true });
  const isOver = join?.session.state === 'ended';
  const reason = params.get('reason');
  const words = leftWords(isOver && reason !== 'removed' ? 'ended' : reason);
  useTitle(words.title);
  const canRejoin = words.rejoin !== undefined && !isOver;

  return (
    <div className="mx-auto grid w-full max-w-md justify-items-center gap-4 px-4 py-20 text-center sm:py-28">
      {join && <p className="text-sm text-muted">{join.session.title}</p>}
      <h1 className="text-xl">{words.title}</h1>
      <p className="text-muted">{words.text}</p>
      <div className="mt-2 flex flex-wrap justify-center gap-3">
        {canRejoin && (
          <Button asChild>
            <Link to={`/join/${joinCode}`}>{words.rejoin}</Link>
          </Button>
        )}
        <Button variant={canRejoin ? 'secondary' : 'primary'} asChild>
          {me ? <Link to="/sessions">My sessions</Link> : <Link to="/">To the start page</Link>}
        </Button>
      </div>
      {me === null && (
        <p className="mt-6 text-sm text-muted">
          Want to find your sessions again?{' '}
          <Link className="text-accent underline" to={withReturnTo('/sign-up', '/sessions')}>
            Create an account
          </Link>
        </p>
      )}
    </div>
  );
}
