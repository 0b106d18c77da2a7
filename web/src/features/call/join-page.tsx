import { startTransition, useEffect, useMemo, useState } from 'react';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { useJoinInfoQuery } from '@/api/join';
import { isProblem } from '@/api/problem';
import type { JoinInfo } from '@/api/types';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/cn';
import {
  canEncryptCalls,
  fragmentOf,
  rememberedRoomKey,
  rememberRoomKey,
  roomKeyIn,
} from '@/lib/room-key';
import { useTitle } from '@/lib/title';
import { Announcer } from './announcer';
import { CallContext, RoomKeyContext } from './call-context';
import { CallPage } from './call-page';
import { useCallState } from './call-slice';
import type { EncryptionMode } from './engine/e2ee/encryption';
import { JoinMessage, JoinPending } from './prejoin/join-message';
import { PreJoin } from './prejoin/pre-join';
import { Waiting } from './prejoin/waiting';
import { useCallSession } from './use-call-session';

/** Pre-join, then the call itself, in one page so that the signaling socket stays open. */
export function JoinPage() {
  const { joinCode = '' } = useParams();
  const { hash } = useLocation();
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
  if (data) {
    const encryption = encryptionOf(data, joinCode, hash);
    if (encryption.kind === 'end-to-end' && !canEncryptCalls()) return <CannotEncrypt />;
    // Somebody without the key may paste the whole link: that is another call.
    const key = `${joinCode} ${encryption.kind === 'end-to-end' ? encryption.key : ''}`;
    return <Room key={key} info={data} joinCode={joinCode} encryption={encryption} />;
  }
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

/** A key in the link counts whatever the server says: it cannot talk a call out of its encryption. */
function encryptionOf(info: JoinInfo, joinCode: string, hash: string): EncryptionMode {
  const linked = roomKeyIn(hash);
  if (linked) return { kind: 'end-to-end', key: linked };
  const remembered = rememberedRoomKey(joinCode);
  if (remembered || info.session.end_to_end) return { kind: 'end-to-end', key: remembered };
  return { kind: 'in-transit' };
}

function CannotEncrypt() {
  return (
    <JoinMessage
      title="This browser cannot join an encrypted session"
      text="The session is end-to-end encrypted, which this browser does not know how to do. Open the whole link, over https, in Chrome or Edge 141, Firefox 117, Safari 15.4 or anything newer."
    >
      <Button variant="secondary" asChild>
        <Link to="/">To the start page</Link>
      </Button>
    </JoinMessage>
  );
}

interface RoomProps {
  info: JoinInfo;
  joinCode: string;
  encryption: EncryptionMode;
}

function Room({ info, joinCode, encryption: found }: RoomProps) {
  const navigate = useNavigate();
  const { kind } = found;
  const roomKey = found.kind === 'end-to-end' ? found.key : null;
  const encryption = useMemo<EncryptionMode>(
    () => (kind === 'end-to-end' ? { kind, key: roomKey } : { kind }),
    [kind, roomKey],
  );
  useEffect(() => {
    if (roomKey) rememberRoomKey(joinCode, roomKey);
  }, [joinCode, roomKey]);
  const { call, giveName } = useCallSession(joinCode, encryption);
  const phase = useCallState((state) => state.phase);
  const wasIn = useCallState((state) => state.participants.length > 0);
  const ending = useCallState((state) => state.ending?.code);
  const name = useCallState((state) => state.you?.name) ?? '';
  const joinUrl = `${window.location.origin}/join/${joinCode}${fragmentOf(roomKey)}`;

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
      <RoomKeyContext value={roomKey}>
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
      </RoomKeyContext>
    </CallContext>
  );
}
