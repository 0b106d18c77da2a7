import { useEffect, useRef, useState } from 'react';
import { API_URL } from '@/api/config';
import { useEnterMutation } from '@/api/join';
import { isProblem } from '@/api/problem';
import { useAppDispatch } from '@/lib/root-reducer';
import { callChanged, callStarted } from './call-slice';
import { Call } from './engine/call';
import type { EncryptionMode } from './engine/e2ee/encryption';
import { type Pass, PassRefused } from './engine/signaling-client';

const CLIENT = { name: 'web', version: '0.1.0' };

/** Refusals that pass by themselves: too slow, too often. Trying again does not change the others. */
const PASSING = new Set([408, 425, 429]);

/** A call for this page: opened with it, closed with it, mirrored into the store. */
export function useCallSession(
  code: string,
  encryption: EncryptionMode,
): {
  call: Call | null;
  giveName: (name: string) => void;
} {
  const dispatch = useAppDispatch();
  const [enter] = useEnterMutation();
  const [call, setCall] = useState<Call | null>(null);
  // Guests say their name on the page; where the server wants it for the pass, the pass waits for it.
  const name = useRef<{ known: string | undefined; waiters: (() => void)[] }>({
    known: undefined,
    waiters: [],
  });

  useEffect(() => {
    const naming = name.current;
    const pass = async (): Promise<Pass> => {
      const answer = await enter({ code, ...(naming.known ? { name: naming.known } : {}) });
      if (answer.data) {
        return { token: answer.data.room_token, url: socketUrl(answer.data.signaling_url) };
      }
      const problem = isProblem(answer.error) ? answer.error : null;
      if (problem?.code === 'name_required' && !naming.known) {
        await new Promise<void>((resolve) => naming.waiters.push(resolve));
        return pass();
      }
      const code_ = problem?.code ?? 'unexpected';
      const status = problem?.status ?? 0;
      const final = status >= 400 && status < 500 && !PASSING.has(status);
      throw new PassRefused(code_, problem?.detail ?? '', final);
    };
    const started = new Call({ pass, client: CLIENT, encryption });
    dispatch(callStarted(started.state));
    const stop = started.on('state', (state) => dispatch(callChanged(state)));
    started.open();
    void started.openDevices();
    setCall(started);
    // Nobody comes back to a page that is gone: tell the others at once.
    const gone = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) started.close();
    };
    window.addEventListener('pagehide', gone);
    return () => {
      window.removeEventListener('pagehide', gone);
      stop();
      started.close();
    };
  }, [code, encryption, dispatch, enter]);

  const giveName = (given: string) => {
    name.current.known = given;
    for (const wake of name.current.waiters.splice(0)) wake();
  };
  return { call, giveName };
}

/** The server may say a path, or an address of another node. */
function socketUrl(signalingUrl: string): string {
  const url = new URL(signalingUrl, API_URL || window.location.origin);
  url.protocol = url.protocol.replace(/^http/u, 'ws');
  return url.href;
}
