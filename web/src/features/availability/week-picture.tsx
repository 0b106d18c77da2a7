import { hoursOf, minutesOf, WEEKDAYS, type WeeklyHours } from './hours';

const DAY = 1440;

/** The week at a glance: a column a day, midnight on top. The editor below says the same in words. */
export function WeekPicture({ weekly }: { weekly: WeeklyHours[] }) {
  return (
    <svg viewBox="0 0 730 200" className="w-full" aria-hidden>
      {[0, 6, 12, 18, 24].map((hour) => (
        <g key={hour} className="text-muted">
          <text x={24} y={18 + hour * 7} textAnchor="end" fontSize="11" fill="currentColor">
            {hour}
          </text>
          <line x1={30} x2={730} y1={14 + hour * 7} y2={14 + hour * 7} className="stroke-border" />
        </g>
      ))}
      {WEEKDAYS.map((weekday, index) => (
        <g key={weekday}>
          <rect x={34 + index * 100} y={14} width={88} height={168} className="fill-surface-2" />
          {hoursOf(weekly, weekday).map(({ from, until }, place) => (
            <rect
              key={place}
              x={34 + index * 100}
              y={14 + (168 * minutesOf(from)) / DAY}
              width={88}
              height={Math.max(0, (168 * (minutesOf(until) - minutesOf(from))) / DAY)}
              className="fill-accent"
            />
          ))}
          <text
            x={78 + index * 100}
            y={197}
            textAnchor="middle"
            fontSize="12"
            className="fill-muted capitalize"
          >
            {weekday.slice(0, 3)}
          </text>
        </g>
      ))}
    </svg>
  );
}
