import { useState } from 'react';
import { useMeQuery } from '@/api/me';
import type { NextOpenings as Answer } from '@/api/types';
import { cn } from '@/lib/cn';
import { price } from '@/lib/money';
import { serverNow } from '@/lib/server-clock';
import { browserViewer, clockTime, dayName, zoneName } from '@/lib/time';
import { useNextOpeningsQuery } from './api';

type NextOpening = Answer['items'][number];

const browser = browserViewer();
interface NextOpeningsProps {
  /** Of whom, as their address says it. */
  slug: string;
  isChosen: (next: NextOpening) => boolean;
  onChoose: (next: NextOpening) => void;
}

/** The next times somebody can be met, whatever for: one step instead of three. */
export function NextOpenings({ slug, isChosen, onChoose }: NextOpeningsProps) {
  const { data } = useNextOpeningsQuery(slug, { refetchOnMountOrArgChange: 60 });
  const { data: me } = useMeQuery();
  const [seenAt] = useState(serverNow);
  const viewer = me?.time_zone ? { ...browser, timeZone: me.time_zone } : browser;
  if (!data || data.items.length === 0) return null;
  return (
    <div className="grid gap-2">
      <h3 className="text-sm font-medium">Next free, your time ({zoneName(viewer.timeZone)})</h3>
      <ul className="flex flex-wrap gap-2">
        {data.items.map((next) => (
          <li key={`${next.offering_id} ${next.starts_at_ms}`} className="min-w-0">
            <button
              type="button"
              aria-pressed={isChosen(next)}
              onClick={() => onChoose(next)}
              className={cn(
                'grid max-w-full rounded-md border border-edge/60 bg-surface px-3 py-2 text-left text-sm hover:bg-surface-2',
                isChosen(next) && 'border-accent ring-2 ring-accent',
              )}
            >
              <span className="font-medium tabular-nums">
                {dayName(next.starts_at_ms, seenAt, viewer)} {clockTime(next.starts_at_ms, viewer)}
              </span>{' '}
              <span className="min-w-0 break-words text-muted">
                {next.title}, {price(next.price_minor, next.currency)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
