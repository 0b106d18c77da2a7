import { useState } from 'react';
import { useMeQuery } from '@/api/me';
import type { Problem } from '@/api/problem';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { sortProblem } from '@/lib/form-problem';
import { serverNow } from '@/lib/server-clock';
import { browserViewer, clockTime, dayName } from '@/lib/time';

const browser = browserViewer();
interface RefusalProps {
  problem: Problem;
  onOther: (startsAtMs: number) => void;
}

/** Why a time was not to be had, and which ones are. */
export function Refusal({ problem, onOther }: RefusalProps) {
  const { data: me } = useMeQuery();
  const viewer = me?.time_zone ? { ...browser, timeZone: me.time_zone } : browser;
  const [seenAt] = useState(serverNow);
  const others = alternativesOf(problem);
  return (
    <Banner tone="danger" title={sortProblem(problem, [], {}).form}>
      {others.length > 0 && (
        <ul aria-label="Free times close to it" className="flex flex-wrap gap-2 pt-2">
          {others.map((at) => (
            <li key={at}>
              <Button size="sm" variant="secondary" onClick={() => onOther(at)}>
                {dayName(at, seenAt, viewer)} {clockTime(at, viewer)}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Banner>
  );
}

function alternativesOf({ members }: Problem): number[] {
  const listed: unknown[] = Array.isArray(members?.alternatives) ? members.alternatives : [];
  const starts = listed.map((entry) => (entry as { starts_at_ms?: unknown } | null)?.starts_at_ms);
  return starts.filter((at) => typeof at === 'number').sort((a, b) => a - b);
}
