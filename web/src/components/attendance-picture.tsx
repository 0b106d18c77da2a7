import { useMeQuery } from '@/api/me';
import type { Attendance, Attendee } from '@/api/types';
import { browserViewer, clockTime, duration } from '@/lib/time';

const browser = browserViewer();
const WIDTH = 640;
const LEFT = 8;
const ROW = 34;
const TOP = 22;
/** Before the start, as long as the room is open. */
const BEFORE_MS = 600_000;

/** Who was in the room when: a line a person, the booked time shaded. The list below says the same in words. */
export function AttendancePicture({ attendance }: { attendance: Attendance }) {
  const { data: me } = useMeQuery();
  const viewer = me?.time_zone ? { ...browser, timeZone: me.time_zone } : browser;
  const { starts_at_ms: starts, ends_at_ms: ends, people, no_show_after_s } = attendance;
  const untils = people.flatMap(({ stays }) => stays.map(({ until_ms }) => until_ms ?? ends));
  const from = Math.min(
    starts - BEFORE_MS,
    ...people.flatMap((p) => p.stays.map((s) => s.from_ms)),
  );
  const until = Math.max(ends + BEFORE_MS / 2, ...untils);
  const x = (ms: number) => LEFT + ((WIDTH - 2 * LEFT) * (ms - from)) / (until - from);
  const limit = Math.min(starts + no_show_after_s * 1000, ends);
  const height = TOP + people.length * ROW + 20;
  return (
    <div className="grid gap-3">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} className="w-full" aria-hidden>
        <rect
          x={x(starts)}
          y={TOP - 4}
          width={x(ends) - x(starts)}
          height={people.length * ROW + 4}
          className="fill-surface-2"
        />
        <line
          x1={x(limit)}
          x2={x(limit)}
          y1={TOP - 4}
          y2={TOP + people.length * ROW}
          strokeDasharray="4 4"
          className="stroke-edge"
        />
        {people.map((attendee, index) => (
          <Line key={attendee.party} attendee={attendee} y={TOP + index * ROW} x={x} now={until} />
        ))}
        {[starts, ends].map((ms) => (
          <text key={ms} x={x(ms)} y={14} textAnchor="middle" fontSize="13" className="fill-muted">
            {clockTime(ms, viewer)}
          </text>
        ))}
      </svg>
      <ul className="grid gap-1 text-sm">
        {people.map(({ party, person, room_s, media_s, stays }) => (
          <li key={party} className="min-w-0 break-words">
            <span className="font-medium">{person.display_name}</span>{' '}
            {stays.length === 0
              ? 'was never in the room.'
              : `was in the room for ${duration(room_s * 1000)} of the booked time, ${duration(media_s * 1000)} of it connected` +
                ` (${stays.map((stay) => `${clockTime(stay.from_ms, viewer)}–${stay.until_ms === null ? 'now' : clockTime(stay.until_ms, viewer)}`).join(', ')}).`}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface LineProps {
  attendee: Attendee;
  y: number;
  x: (ms: number) => number;
  now: number;
}

function Line({ attendee: { person, stays, media }, y, x, now }: LineProps) {
  const bar = (from: number, until: number) => ({
    x: x(from),
    width: Math.max(2, x(until) - x(from)),
  });
  return (
    <g>
      <text x={LEFT} y={y + 11} fontSize="12" className="fill-muted">
        {person.display_name.slice(0, 40)}
      </text>
      {stays.map(({ from_ms, until_ms }) => (
        <rect
          key={from_ms}
          {...bar(from_ms, until_ms ?? now)}
          y={y + 16}
          height={10}
          rx={3}
          className="fill-accent opacity-40"
        />
      ))}
      {media.map(({ from_ms, until_ms }) => (
        <rect
          key={from_ms}
          {...bar(from_ms, until_ms ?? now)}
          y={y + 16}
          height={10}
          rx={3}
          className="fill-accent"
        />
      ))}
    </g>
  );
}
