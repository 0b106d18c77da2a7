import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useEffect,
  useRef,
  useState,
} from 'react';
import { cn } from '@/lib/cn';
import { hoursOf, timeOf, WEEKDAYS, type WeeklyHours } from './hours';
import { type Brush, brushFor, type Cell, CELL, CELLS, fillingOf, painted } from './paint';

const SLOTS = Array.from({ length: CELLS }, (_, slot) => slot);
/** The first half hour in view: 07:00. */
const MORNING = 14;
const STEPS: Record<string, [days: number, slots: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const WORDS = { full: 'available', part: 'partly available', none: 'not available' };

interface Stroke {
  anchor: Cell;
  brush: Brush;
  /** As it was before. */
  weekly: WeeklyHours[];
}

interface WeekPainterProps {
  weekly: WeeklyHours[];
  onChange: (weekly: WeeklyHours[]) => void;
}

/**
 * The week as blocks to paint: by dragging, or by keyboard (arrows move, Space paints or takes out, Shift and an arrow goes
 * on with it). The editor below says the same to the minute.
 */
export function WeekPainter({ weekly, onChange }: WeekPainterProps) {
  const grid = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<Cell>({ day: 0, slot: 18 });
  const stroke = useRef<Stroke>(undefined);

  useEffect(() => {
    const morning = grid.current?.querySelector<HTMLElement>(`[data-slot="${MORNING}"]`);
    if (grid.current && morning) grid.current.scrollTop = morning.offsetTop - 36;
    const lift = () => (stroke.current = undefined);
    window.addEventListener('pointerup', lift);
    window.addEventListener('pointercancel', lift);
    return () => {
      window.removeEventListener('pointerup', lift);
      window.removeEventListener('pointercancel', lift);
    };
  }, []);

  const begin = (anchor: Cell) => {
    stroke.current = { anchor, brush: brushFor(weekly, anchor), weekly };
  };
  const paintTo = (cell: Cell) => {
    const now = stroke.current;
    if (now) onChange(painted(now.weekly, now.anchor, cell, now.brush));
  };

  const onPointerDown = (cell: Cell, event: PointerEvent<HTMLElement>) => {
    // A finger scrolls; where it only taps, a click follows.
    if (event.button !== 0 || event.pointerType === 'touch') return;
    setAt(cell);
    begin(cell);
    paintTo(cell);
  };

  const onClick = (cell: Cell, event: MouseEvent) => {
    if (!(event.nativeEvent instanceof window.PointerEvent)) return;
    if (event.nativeEvent.pointerType !== 'touch') return;
    setAt(cell);
    begin(cell);
    paintTo(cell);
    stroke.current = undefined;
  };

  const onKeyDown = (cell: Cell, event: KeyboardEvent) => {
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      begin(cell);
      paintTo(cell);
      return;
    }
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const next = {
      day: Math.min(6, Math.max(0, cell.day + step[0])),
      slot: Math.min(CELLS - 1, Math.max(0, cell.slot + step[1])),
    };
    if (event.shiftKey) {
      if (!stroke.current) begin(cell);
      paintTo(next);
    } else {
      stroke.current = undefined;
    }
    setAt(next);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.day} ${next.slot}"]`)?.focus();
  };

  return (
    <div className="grid gap-2">
      <p id="painter-hint" className="text-sm text-muted">
        Drag over the hours you are free. By keyboard: arrows move, Space paints, Shift and an arrow
        goes on.
      </p>
      <div
        ref={grid}
        role="grid"
        aria-label="Hours of the week"
        aria-describedby="painter-hint"
        aria-multiselectable
        className="relative max-h-96 overflow-y-auto rounded-md border border-border bg-surface select-none"
      >
        <div
          role="row"
          className={cn(COLUMNS, 'sticky top-0 z-10 border-b border-border bg-surface')}
        >
          <span role="columnheader">
            <span className="sr-only">Time</span>
          </span>
          {WEEKDAYS.map((weekday) => (
            <span
              key={weekday}
              role="columnheader"
              aria-label={weekday}
              className="py-2 text-center text-xs font-medium text-muted capitalize"
            >
              {weekday.slice(0, 3)}
            </span>
          ))}
        </div>
        {SLOTS.map((slot) => (
          <div key={slot} role="row" data-slot={slot} className={COLUMNS}>
            <span role="rowheader" className="pr-2 text-right text-xs text-muted tabular-nums">
              {slot % 2 === 0 ? (
                timeOf(slot * CELL)
              ) : (
                <span className="sr-only">{timeOf(slot * CELL)}</span>
              )}
            </span>
            {WEEKDAYS.map((weekday, day) => {
              const filling = fillingOf(hoursOf(weekly, weekday), slot);
              const cell = { day, slot };
              return (
                <div
                  key={weekday}
                  role="gridcell"
                  data-cell={`${day} ${slot}`}
                  tabIndex={at.day === day && at.slot === slot ? 0 : -1}
                  aria-selected={filling === 'full'}
                  aria-label={`${weekday} ${timeOf(slot * CELL)}, ${WORDS[filling]}`}
                  onPointerDown={(event) => onPointerDown(cell, event)}
                  onClick={(event) => onClick(cell, event)}
                  onPointerEnter={() => paintTo(cell)}
                  onKeyDown={(event) => onKeyDown(cell, event)}
                  className={cn(
                    'h-6 cursor-pointer scroll-mt-10 border-l border-border focus-visible:relative focus-visible:z-10',
                    slot % 2 === 0 && 'border-t',
                    filling === 'full' && 'bg-accent',
                    filling === 'part' && 'bg-accent-soft',
                    filling === 'none' && 'hover:bg-surface-2',
                  )}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

const COLUMNS = 'grid grid-cols-[3rem_repeat(7,minmax(0,1fr))]';
