import { createContext, use } from 'react';
import type { RoomKey } from '@/lib/room-key';
import type { Call } from './engine/call';

/** The key of this end-to-end encrypted call; null without one. */
export const RoomKeyContext = createContext<RoomKey | null>(null);

export const CallContext = createContext<Call | null>(null);

/** The call this page is in. */
export function useCall(): Call {
  const call = use(CallContext);
  if (!call) throw new Error('useCall outside of a call page');
  return call;
}
