import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useMeQuery } from '@/api/me';
import type { AgendaItem } from '@/api/types';
import { Button } from '@/components/ui/button';
import { SmallIconButton } from '@/components/ui/small-icon-button';
import { serverNow } from '@/lib/server-clock';
import { browserViewer, clockTime, zoneName } from '@/lib/time';
import { useMedia } from '@/lib/use-media';
import { useAgendaQuery, useMyHoursQuery } from './api';
import { company } from './booking-state';
import { dateIn } from './days';
import { cellByKey, dateAfter, type Part, partsOf, rangeOf, type Stretch, weekOf } from './week';

const browser = browserViewer();
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** The first hour in view. */
const MORNING = 7;

const spoken = (date: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(
    Date.parse(`${date}T00:00:00Z`),
  );

const hourName = (hour: number) =>
  clockTime(Date.UTC(2026, 0, 1, hour), { ...browser, timeZone: 'UTC' });

/** One's bookings of a week, and the hours one can be booked in; on a phone of a day. */
export function WeekView() {
  const { data: me } = useMeQuery();
  const timeZone = me?.time_zone ?? browser.timeZone;
  const [openedAt] = useState(serverNow);
  const today = dateIn(openedAt, timeZone);
  const [date, setDate] = useState(today);
  const isNarrow = useMedia('(max-width: 639px)');
  const days = isNarrow ? [date] : weekOf(date);
  const isMentor = me?.mentor?.status === 'approved';
  const range = rangeOf(weekOf(date));
  const { data: hours } = useMyHoursQuery(range, { skip: !isMentor });
  const { data: sessions } = useAgendaQuery(range, { refetchOnMountOrArgChange: true });
  const step = isNarrow ? 1 : 7;
  const what = isNarrow ? 'day' : 'week';
  const first = days[0] ?? date;
  return (
    <section aria-label="Calendar" className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <h2 aria-live="polite" className="mr-auto text-lg">
          {isNarrow
            ? spoken(date, { weekday: 'long', day: 'numeric', month: 'long' })
            : `Week of ${spoken(first, { day: 'numeric', month: 'long', year: 'numeric' })}`}
        </h2>
        {!days.includes(today) && (
          <Button size="sm" variant="secondary" onClick={() => setDate(today)}>
            Today
          </Button>
        )}
        <SmallIconButton label={`Previous ${what}`} onClick={() => setDate(dateAfter(date, -step))}>
          <ChevronLeft aria-hidden />
        </SmallIconButton>
        <SmallIconButton label={`Next ${what}`} onClick={() => setDate(dateAfter(date, step))}>
          <ChevronRight aria-hidden />
        </SmallIconButton>
      </div>
      <Grid
        days={days}
        today={today}
        date={date}
        onDate={setDate}
        sessions={partsOf(sessions ?? [], days, timeZone)}
        hours={partsOf(hours ?? [], days, timeZone)}
        timeZone={timeZone}
      />
      <p className="text-sm text-muted">
        Times of {zoneName(timeZone)}.{isMentor && ' Shaded: hours you can be booked in.'}
      </p>
    </section>
  );
}

interface GridProps {
  days: string[];
  today: string;
  date: string;
  onDate: (date: string) => void;
  sessions: Part<AgendaItem>[];
  hours: Part<Stretch>[];
  timeZone: string;
}

/** Days across, hours down (ARIA grid: arrows, Home, End, Page keys; Enter opens the booking). */
function Grid({ days, today, date, onDate, sessions, hours, timeZone }: GridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const [hour, setHour] = useState(MORNING + 2);
  const awaited = useRef(false);
  const navigate = useNavigate();
  const viewer = { ...browser, timeZone };
  const columns = { gridTemplateColumns: `4rem repeat(${days.length}, minmax(0, 1fr))` };

  useLayoutEffect(() => {
    const morning = grid.current?.querySelector<HTMLElement>(`[data-hour="${MORNING}"]`);
    if (grid.current && morning) grid.current.scrollTop = morning.offsetTop - 40;
  }, []);
  // The cell a key led to may be of another week, and is there once that is.
  useLayoutEffect(() => {
    if (!awaited.current) return;
    awaited.current = false;
    grid.current?.querySelector<HTMLElement>(`[data-cell="${date} ${hour}"]`)?.focus();
  }, [date, hour]);

  const of = (day: string, at: number) =>
    sessions.filter(
      (part) => part.date === day && part.from < 60 * (at + 1) && part.until > 60 * at,
    );

  const onKeyDown = (day: string, at: number, event: KeyboardEvent) => {
    const session = of(day, at)[0]?.of;
    if (event.key === 'Enter' && session && event.target === event.currentTarget) {
      void navigate(`/bookings/${session.booking_id}`);
      return;
    }
    const next = cellByKey({ date: day, hour: at }, event.key);
    if (!next) return;
    event.preventDefault();
    awaited.current = true;
    setHour(next.hour);
    onDate(next.date);
  };

  return (
    <div
      ref={grid}
      role="grid"
      aria-label="Hours"
      className="relative max-h-[32rem] overflow-y-auto rounded-md border border-border bg-surface"
    >
      <div
        role="row"
        className="sticky top-0 z-20 grid border-b border-border bg-surface"
        style={columns}
      >
        <span role="columnheader">
          <span className="sr-only">Hour</span>
        </span>
        {days.map((day) => (
          <span
            key={day}
            role="columnheader"
            aria-current={day === today ? 'date' : undefined}
            className="truncate px-1 py-2 text-center text-sm text-muted aria-[current=date]:font-semibold aria-[current=date]:text-foreground"
          >
            {spoken(day, { weekday: 'short', day: 'numeric' })}
          </span>
        ))}
      </div>
      {HOURS.map((at) => (
        <div key={at} role="row" data-hour={at} className="grid" style={columns}>
          <span role="rowheader" className="pt-0.5 pr-2 text-right text-xs text-muted tabular-nums">
            {hourName(at)}
          </span>
          {days.map((day) => {
            const open = hours.filter(
              (part) => part.date === day && part.from < 60 * (at + 1) && part.until > 60 * at,
            );
            const booked = of(day, at);
            const said = [
              `${spoken(day, { weekday: 'long', day: 'numeric', month: 'long' })}, ${hourName(at)}`,
              ...booked.map(
                ({ of: session }) =>
                  `${session.title} with ${peopleOf(session)}, ${clockTime(session.starts_at_ms, viewer)}`,
              ),
              ...(open.length > 0 && booked.length === 0 ? ['can be booked'] : []),
            ];
            return (
              <div
                key={day}
                role="gridcell"
                data-cell={`${day} ${at}`}
                tabIndex={day === date && at === hour ? 0 : -1}
                aria-label={said.join(', ')}
                onFocus={() => {
                  if (day !== date) onDate(day);
                  if (at !== hour) setHour(at);
                }}
                onKeyDown={(event) => onKeyDown(day, at, event)}
                className="relative h-12 scroll-mt-12 border-t border-l border-border focus-visible:z-20"
              >
                {open.map(({ from, until }, index) => (
                  <span
                    key={index}
                    className="absolute inset-x-0 bg-accent-soft"
                    style={placed(at, Math.max(from, 60 * at), Math.min(until, 60 * (at + 1)))}
                  />
                ))}
                {booked
                  .filter(({ from }) => Math.floor(from / 60) === at)
                  .map(({ of: session, from, until }) => (
                    <Link
                      key={session.booking_id}
                      to={`/bookings/${session.booking_id}`}
                      tabIndex={-1}
                      style={placed(at, from, until)}
                      className="absolute inset-x-0.5 z-10 overflow-hidden rounded-sm bg-accent px-1 text-xs text-accent-foreground hover:bg-accent-hover"
                    >
                      {clockTime(session.starts_at_ms, viewer)} {peopleOf(session)}
                    </Link>
                  ))}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

function peopleOf({ with: first, others }: AgendaItem): string {
  return company(first.display_name, others);
}

/** Where minutes of a day are inside the cell of an hour. */
function placed(hour: number, from: number, until: number) {
  const share = (minutes: number) => `${(100 * minutes) / 60}%`;
  return { top: share(from - 60 * hour), height: share(until - from) };
}
