import { useEffect, useRef } from 'react';
import { cn } from '@/lib/cn';
import { watchFrames } from './engine/frame-watch';

interface MediaElementProps {
  track: MediaStreamTrack;
  fit: 'cover' | 'contain';
  /** One's own picture, as in a mirror. */
  mirrored?: boolean;
  onFirst?: () => void;
  onFrozen?: (frozen: boolean) => void;
  className?: string;
}

/** Shows a video track. Its sound, if any, plays elsewhere. */
export function MediaElement({
  track,
  fit,
  mirrored = false,
  onFirst,
  onFrozen,
  className,
}: MediaElementProps) {
  const element = useRef<HTMLVideoElement>(null);
  const listeners = useRef({ onFirst, onFrozen });

  useEffect(() => {
    listeners.current = { onFirst, onFrozen };
  });

  useEffect(() => {
    const video = element.current;
    if (!video) return;
    video.srcObject = new MediaStream([track]);
    // A video without sound may play anywhere; power saving may still pause it.
    video.play().catch(() => undefined);
    return () => {
      video.srcObject = null;
    };
  }, [track]);

  useEffect(() => {
    if (!element.current) return;
    return watchFrames(element.current, {
      onFirst: () => listeners.current.onFirst?.(),
      onFrozen: (frozen) => listeners.current.onFrozen?.(frozen),
    });
  }, [track]);

  return (
    <video
      ref={element}
      autoPlay
      playsInline
      muted
      tabIndex={-1}
      disablePictureInPicture
      className={cn(
        'size-full bg-black',
        fit === 'cover' ? 'object-cover' : 'object-contain',
        mirrored && '-scale-x-100',
        className,
      )}
    />
  );
}
