/** A week of somebody's calendar, in the civil days of a zone. Pure. */
import { dateByKey, dateIn } from './days';

const DAY_MINUTES = 1440;
const DAY_MS = 86_400_000;

/** From a moment to another. */
export interface Stretch {
  starts_at_ms: number;
  ends_at_ms: number;
}

/** A part of one civil day, in minutes since midnight. */
export interface Part<T> {
  date: string;
  from: number;
  until: number;
  of: T;
}

/** The dates of the week of a date, from Monday on. */
export function weekOf(date: string): string[] {
  const days = [dateByKey(date, 'Home') ?? date];
  for (let day = 1; day < 7; day += 1) days.push(dateAfter(days[day - 1] ?? date, 1));
  return days;
}

export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** What to ask for so that these dates are covered in every zone. */
export function rangeOf(dates: string[]): { from_ms: number; until_ms: number } {
  const at = (date: string | undefined) => Date.parse(`${date}T00:00:00Z`);
  return { from_ms: at(dates[0]) - 14 * 3_600_000, until_ms: at(dates.at(-1)) + 38 * 3_600_000 };
}

/** Minutes since midnight on the clock of a zone. */
export function minuteIn(ms: number, timeZone: string): number {
  const text = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(ms);
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return 60 * hours + minutes;
}

/** Cuts stretches at midnight, and leaves out what is of other dates. */
export function partsOf<T extends Stretch>(
  stretches: T[],
  dates: string[],
  timeZone: string,
): Part<T>[] {
  return stretches.flatMap((of) => {
    const [first, last] = [dateIn(of.starts_at_ms, timeZone), dateIn(of.ends_at_ms, timeZone)];
    return dates
      .filter((date) => first <= date && date <= last)
      .map((date) => ({
        date,
        from: date === first ? minuteIn(of.starts_at_ms, timeZone) : 0,
        until: date === last ? minuteIn(of.ends_at_ms, timeZone) : DAY_MINUTES,
        of,
      }))
      .filter(({ from, until }) => from < until);
  });
}

/** Where an arrow key leads among days and hours; undefined for other keys. A day off the grid is another week's. */
export function cellByKey(
  { date, hour }: { date: string; hour: number },
  key: string,
): { date: string; hour: number } | undefined {
  if (key === 'ArrowLeft') return { date: dateAfter(date, -1), hour };
  if (key === 'ArrowRight') return { date: dateAfter(date, 1), hour };
  if (key === 'ArrowUp') return { date, hour: Math.max(0, hour - 1) };
  if (key === 'ArrowDown') return { date, hour: Math.min(23, hour + 1) };
  if (key === 'PageUp') return { date: dateAfter(date, -7), hour };
  if (key === 'PageDown') return { date: dateAfter(date, 7), hour };
  if (key === 'Home') return { date, hour: 0 };
  if (key === 'End') return { date, hour: 23 };
  return undefined;
}
