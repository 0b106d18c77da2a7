import { useMeQuery } from '@/api/me';
import type { Problem } from '@/api/problem';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { sortProblem } from '@/lib/form-problem';
import { browserViewer, fullTime } from '@/lib/time';

const browser = browserViewer();

interface ConflictsProps {
  problem: Problem;
  busy: boolean;
  /** Books the times that are free. */
  onSkip: () => void;
}

/** Why it was not booked; of a series, which times are not free and whether the others are wanted. */
export function Conflicts({ problem, busy, onSkip }: ConflictsProps) {
  const { data: me } = useMeQuery();
  const viewer = me?.time_zone ? { ...browser, timeZone: me.time_zone } : browser;
  const { members } = problem;
  const listed: unknown[] = Array.isArray(members?.conflicts) ? members.conflicts : [];
  const times = listed.filter((at) => typeof at === 'number');
  const free = typeof members?.free === 'number' ? members.free : 0;
  return (
    <Banner
      tone="danger"
      title={sortProblem(problem, [], {}).form}
      action={
        free > 1 && (
          <Button size="sm" variant="secondary" busy={busy} onClick={onSkip}>
            Book the {free} that are free
          </Button>
        )
      }
    >
      {times.length > 0 && (
        <ul aria-label="Times that are not free" className="list-disc pl-5">
          {times.map((at) => (
            <li key={at}>{fullTime(at, viewer)}</li>
          ))}
        </ul>
      )}
    </Banner>
  );
}
