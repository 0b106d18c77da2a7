import { useEffect, useState } from 'react';
import { serverNow } from '@/lib/server-clock';

/** It is said aloud when so much is left. */
const SOON_MS = 60_000;

/** Milliseconds left, looked at every second; 0 when it is over. */
export function useTimeLeft(untilMs: number): number {
  const [at, setAt] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setAt(serverNow()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, untilMs - at);
}

/** "9:41". */
export function minutesAndSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** How long a time is still kept. */
export function HoldClock({ leftMs }: { leftMs: number }) {
  return (
    <p className="text-sm text-muted">
      Kept for you for{' '}
      <span
        role="timer"
        aria-label="Time left"
        className="font-medium text-foreground tabular-nums"
      >
        {minutesAndSeconds(leftMs)}
      </span>
      <span role="status" className="sr-only">
        {leftMs <= SOON_MS && 'Less than a minute left to book this time.'}
      </span>
    </p>
  );
}
