import { useSyncExternalStore } from 'react';
import { useCall } from './call-context';
import type { Kind, Source } from './engine/protocol';

/** One's own track, kept current: devices are switched and die during a call. */
export function useLocalTrack(source: Source, kind: Kind): MediaStreamTrack | null {
  const { local } = useCall();
  return useSyncExternalStore(
    (changed) => local.on('track', changed),
    () => local.track(source, kind),
  );
}
