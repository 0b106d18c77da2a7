/** Weekly hours as painted blocks. Pure. */
import {
  type Hours,
  hoursOf,
  minutesOf,
  timeOf,
  WEEKDAYS,
  type WeeklyHours,
  withHours,
} from './hours';

/** What a cell stands for, in minutes. */
export const CELL = 30;
const DAY = 1440;
export const CELLS = DAY / CELL;

export type Brush = 'on' | 'off';

/** A cell: a day from Monday on, and how many half hours after midnight. */
export interface Cell {
  day: number;
  slot: number;
}

export type Filling = 'full' | 'part' | 'none';

/** How much of a half hour is among the hours of a day. */
export function fillingOf(hours: Hours[], slot: number): Filling {
  const [from, until] = [slot * CELL, (slot + 1) * CELL];
  const covered = hours.reduce((sum, each) => {
    const shared = Math.min(until, minutesOf(each.until)) - Math.max(from, minutesOf(each.from));
    return sum + Math.max(0, shared);
  }, 0);
  if (covered >= CELL) return 'full';
  return covered > 0 ? 'part' : 'none';
}

/** What the first stroke on a cell does: what is not wholly there is put there. */
export function brushFor(weekly: WeeklyHours[], { day, slot }: Cell): Brush {
  const weekday = WEEKDAYS[day];
  if (!weekday) return 'on';
  return fillingOf(hoursOf(weekly, weekday), slot) === 'full' ? 'off' : 'on';
}

/** The week after a stroke over the rectangle between two cells; minutes outside it stay as they are. */
export function painted(weekly: WeeklyHours[], a: Cell, b: Cell, brush: Brush): WeeklyHours[] {
  const [from, until] = [Math.min(a.slot, b.slot) * CELL, (Math.max(a.slot, b.slot) + 1) * CELL];
  return WEEKDAYS.reduce((all, weekday, day) => {
    if (day < Math.min(a.day, b.day) || day > Math.max(a.day, b.day)) return all;
    return withHours(all, weekday, stroke(hoursOf(weekly, weekday), from, until, brush));
  }, weekly);
}

function stroke(hours: Hours[], from: number, until: number, brush: Brush): Hours[] {
  const kept = hours.flatMap((each) => {
    const [start, end] = [minutesOf(each.from), minutesOf(each.until)];
    return [
      [start, Math.min(end, from)],
      [Math.max(start, until), end],
    ].filter(([x = 0, y = 0]) => x < y);
  });
  const stretches = (brush === 'on' ? [...kept, [from, until]] : kept).sort(
    ([x = 0], [y = 0]) => x - y,
  );
  const merged: number[][] = [];
  for (const [start = 0, end = 0] of stretches) {
    const last = merged.at(-1);
    if (last && start <= (last[1] ?? 0)) last[1] = Math.max(last[1] ?? 0, end);
    else merged.push([start, end]);
  }
  return merged.map(([start = 0, end = 0]) => ({ from: timeOf(start), until: timeOf(end) }));
}
