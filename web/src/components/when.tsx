import { useState } from 'react';
import { useMeQuery } from '@/api/me';
import { cn } from '@/lib/cn';
import { serverNow } from '@/lib/server-clock';
import { browserViewer, dayAndTime, fullTime, withinText } from '@/lib/time';

const browser = browserViewer();

interface WhenProps {
  ms: number;
  /** After other words of a sentence: "today", not "Today". */
  inText?: boolean;
  className?: string;
}

/** A moment in the reader's zone, which is the one of their settings or the browser's; hovering tells date and zone in full. */
export function When({ ms, inText = false, className }: WhenProps) {
  const [seenAt] = useState(serverNow);
  const { data: me } = useMeQuery();
  const viewer = me?.time_zone ? { ...browser, timeZone: me.time_zone } : browser;
  return (
    <time
      dateTime={new Date(ms).toISOString()}
      title={fullTime(ms, viewer)}
      className={cn('whitespace-nowrap', className)}
    >
      {inText ? withinText(dayAndTime(ms, seenAt, viewer)) : dayAndTime(ms, seenAt, viewer)}
    </time>
  );
}
