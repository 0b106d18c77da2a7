import { toast } from '@/lib/toast';
import { useAppDispatch } from '@/lib/root-reducer';
import { useCall } from '../call-context';
import { panelToggled, useCallUi, viewChosen } from '../call-slice';
import type { Moderation } from '../engine/protocol';
import { RequestRefused } from '../engine/signaling-client';
import { useFullScreen } from './use-full-screen';

/** What the bar's buttons and the keys do. */
export function useActions() {
  const call = useCall();
  const dispatch = useAppDispatch();
  const view = useCallUi((slice) => slice.view);
  const fullScreen = useFullScreen();

  /** Runs a request and says so when it was refused. */
  const attempt = (request: Promise<void>, failure: string) => {
    request.catch((error: unknown) => {
      toast({
        tone: 'danger',
        title: failure,
        detail: error instanceof RequestRefused ? error.message : undefined,
      });
    });
  };

  return {
    toggleMicrophone: () => {
      const { microphone } = call.state.local;
      if (microphone.capture === 'failed') void call.local.retry('microphone');
      else void call.setMicrophone(microphone.wanted === 'on' ? 'off' : 'on');
    },
    toggleCamera: () => {
      const { camera } = call.state.local;
      void call.setCamera(camera.wanted === 'on' && camera.capture !== 'failed' ? 'off' : 'on');
    },
    toggleScreen: () => {
      if (call.state.local.screen.capture === 'live') call.local.stopScreen();
      else void call.shareScreen();
    },
    toggleHand: () => {
      const { participants, you } = call.state;
      const me = participants.find(({ participant }) => participant === you?.participant);
      attempt(call.raiseHand(me?.hand_raised ? 'down' : 'up'), 'Your hand did not get through');
    },
    toggleChat: () => dispatch(panelToggled('chat')),
    togglePeople: () => dispatch(panelToggled('people')),
    toggleView: () => dispatch(viewChosen(view === 'grid' ? 'speaker' : 'grid')),
    toggleFullScreen: fullScreen.toggle,
    moderate: (moderation: Moderation, failure: string) => {
      attempt(call.moderate(moderation), failure);
    },
    leave: () => call.leave(),
  };
}

export type Actions = ReturnType<typeof useActions>;
