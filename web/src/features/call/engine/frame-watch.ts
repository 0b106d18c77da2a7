/** Without a new picture for this long it is not live: it must not look so. Product decision. */
export const FROZEN_AFTER_MS = 2_000;
const CHECK_EVERY_MS = 500;

interface Watched {
  requestVideoFrameCallback?: (callback: () => void) => number;
  cancelVideoFrameCallback?: (handle: number) => void;
}

interface Listener {
  /** The first picture since watching began. */
  onFirst: () => void;
  onFrozen: (frozen: boolean) => void;
}

/** Watches whether a video element shows new pictures. Returns the end of watching. */
export function watchFrames(element: Watched, { onFirst, onFrozen }: Listener): () => void {
  // Older browsers do not tell of frames: then nothing is claimed.
  if (!element.requestVideoFrameCallback) return () => undefined;
  let last = performance.now();
  let seen = false;
  let frozen = false;
  let handle = 0;
  const set = (next: boolean) => {
    if (frozen === next) return;
    frozen = next;
    onFrozen(next);
  };
  const onFrame = () => {
    last = performance.now();
    if (!seen) {
      seen = true;
      onFirst();
    }
    set(false);
    handle = element.requestVideoFrameCallback?.(onFrame) ?? 0;
  };
  handle = element.requestVideoFrameCallback(onFrame);
  const timer = setInterval(() => {
    // A hidden page gets no frames; that says nothing of the sender.
    if (document.visibilityState !== 'visible') last = performance.now();
    else if (seen && performance.now() - last > FROZEN_AFTER_MS) set(true);
  }, CHECK_EVERY_MS);
  return () => {
    clearInterval(timer);
    element.cancelVideoFrameCallback?.(handle);
  };
}
