import { Lock, LockKeyhole, MicOff, MonitorUp, Volume2, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { useCall } from '../call-context';
import { useCallState, useCallUi } from '../call-slice';
import type { Actions } from '../controls/use-actions';
import { WaitingPeople } from '../panels/waiting-people';
import { problemWords } from '../problem-words';

/** What has to be known now, over the stage: one's own connection, sound, the door. */
export function Notices({ actions }: { actions: Actions }) {
  const call = useCall();
  const signaling = useCallState((state) => state.signaling);
  const media = useCallState((state) => state.media);
  const soundBlocked = useCallState((state) => state.soundBlocked);
  const talking = useCallState((state) => state.local.talkingWhileMuted);
  const sharing = useCallState((state) => state.local.screen.capture === 'live');
  const screenProblem = useCallState((state) => state.local.screen.problem);
  const shutdown = useCallState((state) => state.shutdownAtMs);
  const camera = useCallState((state) => state.local.camera);
  const microphone = useCallState((state) => state.local.microphone);
  const keyless = useCallState((state) => state.encryption === 'no-key');
  const panel = useCallUi((slice) => slice.panel);
  const interrupted = media === 'interrupted' || media === 'failed';
  const reconnecting = signaling !== 'open' || interrupted;
  const failed =
    microphone.capture === 'failed' ? 'microphone' : camera.capture === 'failed' ? 'camera' : null;
  const problem = failed === 'microphone' ? microphone.problem : camera.problem;

  return (
    <div className="pointer-events-none absolute inset-x-0 top-3 z-20 flex flex-col items-center gap-2 px-3 *:pointer-events-auto">
      {reconnecting && (
        <Notice icon={<WifiOff aria-hidden />} testId="reconnecting">
          {interrupted
            ? 'Your connection was interrupted. Reconnecting…'
            : 'Reconnecting to the server… You can still be heard and seen.'}
        </Notice>
      )}
      {keyless && (
        <Notice icon={<LockKeyhole aria-hidden />} testId="no-key">
          Your link has no key: you see and hear nobody, and nobody sees or hears you
        </Notice>
      )}
      {soundBlocked && (
        <Notice
          icon={<Volume2 aria-hidden />}
          action={
            <Button size="sm" onClick={() => call.unblockSound()}>
              Click to hear
            </Button>
          }
        >
          Your browser holds back the sound
        </Notice>
      )}
      {talking && (
        <Notice
          testId="talking-while-muted"
          icon={<MicOff aria-hidden />}
          action={
            <Button size="sm" onClick={actions.toggleMicrophone}>
              Unmute
            </Button>
          }
        >
          You are muted: nobody hears you
        </Notice>
      )}
      {failed && problem && problem !== 'missing' && (
        <Notice
          testId="device-failed"
          icon={<MicOff aria-hidden />}
          action={
            problemWords(failed, problem).retry && (
              <Button size="sm" onClick={() => void call.local.retry(failed)}>
                Try again
              </Button>
            )
          }
        >
          {problemWords(failed, problem).title}
        </Notice>
      )}
      {sharing && (
        <Notice
          icon={<MonitorUp aria-hidden />}
          action={
            <Button size="sm" onClick={() => call.local.stopScreen()}>
              Stop
            </Button>
          }
        >
          You share your screen
        </Notice>
      )}
      {screenProblem && (
        <Notice icon={<MonitorUp aria-hidden />}>
          {screenProblem === 'unsupported'
            ? 'This browser cannot share a screen'
            : 'Your screen could not be shared; the system may have to allow it'}
        </Notice>
      )}
      {shutdown !== null && (
        <Notice icon={<Lock aria-hidden />}>
          The server restarts soon; the call is interrupted for a minute then
        </Notice>
      )}
      {panel !== 'people' && (
        <div className="w-full max-w-sm animate-rise text-foreground shadow-float empty:hidden">
          <WaitingPeople actions={actions} />
        </div>
      )}
    </div>
  );
}

interface NoticeProps {
  icon: ReactNode;
  action?: ReactNode;
  testId?: string;
  children: ReactNode;
}

function Notice({ icon, action, testId, children }: NoticeProps) {
  return (
    <div
      role="status"
      data-testid={testId}
      className="flex max-w-full animate-rise items-center gap-3 rounded-md bg-surface-3 py-2 pr-2 pl-4 text-sm text-foreground shadow-float [&>svg]:size-4 [&>svg]:shrink-0"
    >
      {icon}
      <span className="py-1 pr-2">{children}</span>
      {action}
    </div>
  );
}
