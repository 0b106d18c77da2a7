import { startTransition, useEffect, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { useJoinInfoQuery } from '@/api/join';
import { isProblem } from '@/api/problem';
import type { JoinInfo } from '@/api/types';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/cn';
import { useTitle } from '@/lib/title';
import { Announcer } from './announcer';
import { CallContext } from './call-context';
import { CallPage } from './call-page';
import { useCallState } from './call-slice';
import { JoinMessage, JoinPending } from './prejoin/join-message';
import { PreJoin } from './prejoin/pre-join';
import { Waiting } from './prejoin/waiting';
import { useCallSession } from './use-call-session';

/** Pre-join, then the call itself, in one page so that the signaling socket stays open. */
export function JoinPage() {
  const { joinCode = '' } = useParams();
  const { data, error, refetch, isFetching } = useJoinInfoQuery(joinCode, {
    refetchOnMountOrArgChange: true,
  });
  useTitle(data?.session.title ?? 'Join');

  if (data?.session.state === 'ended') {
    return (
      <JoinMessage title="This session has ended" text={`“${data.session.title}” is over.`}>
        <Button variant="secondary" asChild>
          <Link to="/">To the start page</Link>
        </Button>
      </JoinMessage>
    );
  }
  if (data) return <Room key={joinCode} info={data} joinCode={joinCode} />;
  if (!error) return <JoinPending />;
  if (isProblem(error) && error.status === 404) {
    return (
      <JoinMessage
        title="This link leads nowhere"
        text="Check that it was copied in full, or ask your mentor for a new one."
      >
        <Button variant="secondary" asChild>
          <Link to="/">To the start page</Link>
        </Button>
      </JoinMessage>
    );
  }
  return (
    <JoinMessage
      title="The session could not be loaded"
      text={isProblem(error) ? error.detail : 'Please try again.'}
    >
      <Button busy={isFetching} onClick={() => void refetch()}>
        Try again
      </Button>
    </JoinMessage>
  );
}

function Room({ info, joinCode }: { info: JoinInfo; joinCode: string }) {
  const navigate = useNavigate();
  const { call, giveName } = useCallSession(joinCode);
  const phase = useCallState((state) => state.phase);
  const wasIn = useCallState((state) => state.participants.length > 0);
  const ending = useCallState((state) => state.ending?.code);
  const name = useCallState((state) => state.you?.name) ?? '';
  const joinUrl = `${window.location.origin}/join/${joinCode}`;

  useEffect(() => {
    if (phase !== 'ended' || !call) return;
    const reason = new URLSearchParams({ reason: ending ?? 'left' });
    void navigate(`/left/${joinCode}?${reason.toString()}`, { replace: true });
  }, [phase, call, ending, joinCode, navigate]);

  // The call page is drawn out of sight while the person gets ready: at the click the browser has better things to do.
  const [backstage, setBackstage] = useState(false);
  useEffect(() => startTransition(() => setBackstage(true)), []);

  if (!call || (phase === 'ended' && !wasIn)) return <JoinPending />;
  // Somebody who was inside sees the call while it finds its way back.
  const inside = phase === 'joined' || phase === 'ended' || (phase === 'joining' && wasIn);
  return (
    <CallContext value={call}>
      <Announcer />
      {(inside || backstage) && (
        <div className={cn(!inside && 'invisible')}>
          <CallPage title={info.session.title} joinUrl={joinUrl} active={inside} />
        </div>
      )}
      {phase === 'waiting' ? (
        <Waiting
          mentor={info.session.mentor_name}
          title={info.session.title}
          name={info.you?.display_name ?? name}
        />
      ) : (
        !inside && <PreJoin info={info} joinCode={joinCode} giveName={giveName} />
      )}
    </CallContext>
  );
}
