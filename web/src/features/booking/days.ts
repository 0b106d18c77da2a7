/** Openings by the days people see: civil dates of the chosen zone. Pure. */

export interface Opening {
  starts_at_ms: number;
  ends_at_ms: number;
  seats_left: number;
}

/** "2026-11-24" in a zone. */
export function dateIn(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(ms);
}

/** Openings of each date, both in order. */
export function byDate(openings: Opening[], timeZone: string): Map<string, Opening[]> {
  const dates = new Map<string, Opening[]>();
  for (const opening of openings) {
    const date = dateIn(opening.starts_at_ms, timeZone);
    dates.set(date, [...(dates.get(date) ?? []), opening]);
  }
  return dates;
}

/** The month of a date: "2026-11". */
export function monthOf(date: string): string {
  return date.slice(0, 7);
}

/** A month so many later. */
export function monthAfter(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
}

/** The dates of a month in weeks from Monday on; null where another month's days would stand. */
export function weeksOf(month: string): (string | null)[][] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const first = new Date(Date.UTC(year, number - 1, 1));
  const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const cells: (string | null)[] = Array<null>((first.getUTCDay() + 6) % 7).fill(null);
  for (let day = 1; day <= days; day += 1) cells.push(`${month}-${String(day).padStart(2, '0')}`);
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(7 * week, 7 * week + 7));
}

const HOUR_MS = 3_600_000;

/** What to ask for so that a month of any zone is covered: 31 days at most at a time. */
export function rangesOf(month: string): { from_ms: number; until_ms: number }[] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const from = Date.UTC(year, number - 1, 1) - 14 * HOUR_MS;
  const until = Date.UTC(year, number, 1) + 14 * HOUR_MS;
  const middle = Date.UTC(year, number - 1, 16);
  return [
    { from_ms: from, until_ms: middle },
    { from_ms: middle, until_ms: until },
  ];
}

/** The date an arrow key leads to; undefined for other keys. */
export function dateByKey(date: string, key: string): string | undefined {
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  const at = Date.parse(`${date}T00:00:00Z`);
  const plus = (days: number) => new Date(at + 24 * HOUR_MS * days).toISOString().slice(0, 10);
  const weekday = (new Date(at).getUTCDay() + 6) % 7;
  if (key in steps) return plus(steps[key] ?? 0);
  if (key === 'Home') return plus(-weekday);
  if (key === 'End') return plus(6 - weekday);
  return undefined;
}
