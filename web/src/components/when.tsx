import { useState } from 'react';
import { cn } from '@/lib/cn';
import { browserViewer, dayAndTime, fullTime } from '@/lib/time';

const viewer = browserViewer();

const now = () => Date.now();

/** A moment in the reader's zone; hovering tells date and zone in full. */
export function When({ ms, className }: { ms: number; className?: string }) {
  const [seenAt] = useState(now);
  return (
    <time
      dateTime={new Date(ms).toISOString()}
      title={fullTime(ms, viewer)}
      className={cn('whitespace-nowrap', className)}
    >
      {dayAndTime(ms, seenAt, viewer)}
    </time>
  );
}
