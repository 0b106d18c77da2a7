import { useMeQuery } from '@/api/me';
import { browserViewer, clockTime, fullTime, zoneName } from '@/lib/time';

const browser = browserViewer();

interface WhenInFullProps {
  startsAtMs: number;
  endsAtMs: number;
}

/** "Tuesday 24 November 2026 at 14:00 CET to 14:30", in the reader's zone. */
export function WhenInFull({ startsAtMs, endsAtMs }: WhenInFullProps) {
  const { data: me } = useMeQuery();
  const viewer = me?.time_zone ? { ...browser, timeZone: me.time_zone } : browser;
  return (
    <p>
      <time dateTime={new Date(startsAtMs).toISOString()}>{fullTime(startsAtMs, viewer)}</time> to{' '}
      {clockTime(endsAtMs, viewer)}{' '}
      <span className="text-sm text-muted">(your time, {zoneName(viewer.timeZone)})</span>
    </p>
  );
}
