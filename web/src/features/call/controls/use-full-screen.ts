import { useSyncExternalStore } from 'react';

/** Full screen of the whole page, so that menus and notices stay visible in it. */
export function useFullScreen(): { possible: boolean; full: boolean; toggle: () => void } {
  const full = useSyncExternalStore(
    (changed) => {
      document.addEventListener('fullscreenchange', changed);
      return () => document.removeEventListener('fullscreenchange', changed);
    },
    () => document.fullscreenElement !== null,
  );
  const toggle = () => {
    const change = full
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen({ navigationUI: 'hide' });
    change.catch(() => undefined);
  };
  // Phones by Apple know it for videos only.
  return { possible: document.fullscreenEnabled, full, toggle };
}
