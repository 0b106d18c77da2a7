import { Link } from 'react-router';
import { useMeQuery } from '@/api/me';
import type { MentorPage } from '@/api/types';
import { price } from '@/lib/money';
import { browserViewer, clockTime, dayName, zoneName } from '@/lib/time';
import { useState } from 'react';
import { useNextOpeningsQuery } from './api';

const browser = browserViewer();
const now = () => Date.now();

/** The next times somebody can be met, whatever for: one step to the form. */
export function NextOpenings({ mentor }: { mentor: MentorPage }) {
  const { data } = useNextOpeningsQuery(mentor.slug);
  const { data: me } = useMeQuery();
  const [seenAt] = useState(now);
  const viewer = me?.time_zone ? { ...browser, timeZone: me.time_zone } : browser;
  if (!data || data.items.length === 0) return null;
  return (
    <div className="grid gap-2">
      <h3 className="text-sm font-medium">Next free, your time ({zoneName(viewer.timeZone)})</h3>
      <ul className="flex flex-wrap gap-2">
        {data.items.map(({ offering_id, title, price_minor, currency, starts_at_ms }) => (
          <li key={`${offering_id} ${starts_at_ms}`} className="min-w-0">
            <Link
              to={`?offering=${offering_id}&at=${starts_at_ms}`}
              replace
              preventScrollReset
              className="grid rounded-md border border-border bg-surface px-3 py-2 text-sm hover:border-edge"
            >
              <span className="font-medium tabular-nums">
                {dayName(starts_at_ms, seenAt, viewer)} {clockTime(starts_at_ms, viewer)}
              </span>
              <span className="break-words text-muted">
                {title}, {price(price_minor, currency)}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
