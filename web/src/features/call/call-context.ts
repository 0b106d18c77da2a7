import { createContext, use } from 'react';
import type { Call } from './engine/call';

export const CallContext = createContext<Call | null>(null);

/** The call this page is in. */
export function useCall(): Call {
  const call = use(CallContext);
  if (!call) throw new Error('useCall outside of a call page');
  return call;
}
