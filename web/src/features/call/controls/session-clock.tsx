import { useEffect, useState } from 'react';

/** How long you have been in the call. */
export function SessionClock({ sinceMs, offsetMs }: { sinceMs: number; offsetMs: number }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const tick = () => {
      setSeconds(Math.max(0, Math.floor((Date.now() + offsetMs - sinceMs) / 1000)));
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [sinceMs, offsetMs]);
  return (
    <time aria-label={`In the call for ${Math.floor(seconds / 60)} minutes`}>{clock(seconds)}</time>
  );
}

/** 75 → "1:15", 3,675 → "1:01:15". */
export function clock(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}
