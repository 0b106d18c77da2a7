import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, useLayoutEffect, useRef } from 'react';
import { SmallIconButton } from '@/components/ui/small-icon-button';
import { cn } from '@/lib/cn';
import { dateByKey, monthAfter, monthOf, weeksOf } from './days';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const spoken = (date: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(
    Date.parse(`${date}T00:00:00Z`),
  );

interface MonthGridProps {
  month: string;
  onMonth: (month: string) => void;
  /** Months before this one are over. */
  firstMonth: string;
  /** How many openings each date has. */
  counts: ReadonlyMap<string, number>;
  chosen: string | undefined;
  onChoose: (date: string) => void;
  busy: boolean;
}

/** A month whose days can be chosen when they have openings (ARIA grid: arrows, Home, End, Page keys). */
export function MonthGrid(props: MonthGridProps) {
  const { month, onMonth, firstMonth, counts, chosen, onChoose, busy } = props;
  const grid = useRef<HTMLDivElement>(null);
  const days = weeksOf(month)
    .flat()
    .filter((date) => date !== null);
  // One day is reached by Tab: the chosen one, else the first that can be chosen.
  const entry =
    days.find((date) => date === chosen) ?? days.find((date) => counts.has(date)) ?? days[0];

  const awaited = useRef<string>(undefined);

  const focusAwaited = () => {
    const day = grid.current?.querySelector<HTMLElement>(`[data-date="${awaited.current}"]`);
    if (!day) return;
    awaited.current = undefined;
    day.focus();
  };
  // A day of another month is there once that month is.
  useLayoutEffect(focusAwaited, [month]);

  const focus = (date: string) => {
    if (monthOf(date) < firstMonth) return;
    awaited.current = date;
    if (monthOf(date) === month) focusAwaited();
    else onMonth(monthOf(date));
  };

  const onKeyDown = (date: string, event: KeyboardEvent) => {
    const paged = event.key === 'PageDown' ? 1 : event.key === 'PageUp' ? -1 : 0;
    const next = paged ? `${monthAfter(month, paged)}-01` : dateByKey(date, event.key);
    if (!next) return;
    event.preventDefault();
    focus(next);
  };

  return (
    <div className="grid gap-2">
      <div className="flex items-center justify-between">
        <SmallIconButton
          label="Previous month"
          disabled={month <= firstMonth}
          onClick={() => onMonth(monthAfter(month, -1))}
        >
          <ChevronLeft aria-hidden />
        </SmallIconButton>
        <p aria-live="polite" className="font-medium">
          {spoken(`${month}-01`, { month: 'long', year: 'numeric' })}
        </p>
        <SmallIconButton label="Next month" onClick={() => onMonth(monthAfter(month, 1))}>
          <ChevronRight aria-hidden />
        </SmallIconButton>
      </div>
      {/* Room for six weeks: months of five must not move what is below. */}
      <div
        ref={grid}
        role="grid"
        aria-label="Days"
        aria-busy={busy}
        className="grid min-h-72 content-start gap-1"
      >
        <div role="row" className="grid grid-cols-7 gap-1">
          {WEEKDAYS.map((day) => (
            <span
              key={day}
              role="columnheader"
              aria-label={day}
              className="py-1 text-center text-xs font-medium text-muted"
            >
              {day.slice(0, 2)}
            </span>
          ))}
        </div>
        {weeksOf(month).map((week, index) => (
          <div key={index} role="row" className="grid grid-cols-7 gap-1">
            {week.map((date, day) => (
              <div key={day} role="gridcell" aria-selected={date !== null && date === chosen}>
                {date && (
                  <Day
                    date={date}
                    count={counts.get(date) ?? 0}
                    isChosen={date === chosen}
                    isEntry={date === entry}
                    onChoose={onChoose}
                    onKeyDown={(event) => onKeyDown(date, event)}
                  />
                )}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

interface DayProps {
  date: string;
  count: number;
  isChosen: boolean;
  isEntry: boolean;
  onChoose: (date: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

function Day({ date, count, isChosen, isEntry, onChoose, onKeyDown }: DayProps) {
  const words = count === 0 ? 'nothing free' : count === 1 ? '1 time' : `${count} times`;
  return (
    <button
      type="button"
      data-date={date}
      tabIndex={isEntry ? 0 : -1}
      aria-disabled={count === 0}
      aria-label={`${spoken(date, { weekday: 'long', day: 'numeric', month: 'long' })}, ${words}`}
      onClick={() => count > 0 && onChoose(date)}
      onKeyDown={onKeyDown}
      className={cn(
        'h-10 w-full rounded-md text-sm tabular-nums transition-colors',
        count === 0 && 'cursor-default text-muted',
        count > 0 && !isChosen && 'bg-accent-soft font-medium text-accent-soft-foreground',
        isChosen && 'bg-accent font-medium text-accent-foreground',
      )}
    >
      {Number(date.slice(8))}
    </button>
  );
}
