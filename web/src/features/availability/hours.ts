/** Weekly hours as they are edited. Pure. */
import type { Availability } from '@/api/types';

export type WeeklyHours = Availability['weekly'][number];
export type Weekday = WeeklyHours['weekday'];
export interface Hours {
  from: string;
  until: string;
}

export const WEEKDAYS: Weekday[] = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
];

/** "09:05" in minutes. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return 60 * hours + minutes;
}

export function timeOf(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const STEP = 15;
const DAY = 1440;

/** Times to choose from, and those that are already there. */
export function timesWith(...kept: string[]): string[] {
  const all = new Set(kept);
  for (let minutes = 0; minutes <= DAY; minutes += STEP) all.add(timeOf(minutes));
  return [...all].sort();
}

export function hoursOf(weekly: WeeklyHours[], weekday: Weekday): Hours[] {
  return weekly
    .filter((entry) => entry.weekday === weekday)
    .map(({ from, until }) => ({ from, until }))
    .sort((a, b) => a.from.localeCompare(b.from));
}

export function withHours(weekly: WeeklyHours[], weekday: Weekday, hours: Hours[]): WeeklyHours[] {
  const others = weekly.filter((entry) => entry.weekday !== weekday);
  return [...others, ...hours.map((each) => ({ weekday, ...each }))];
}

/** Hours to add to a day: the working day, or an hour after what is there. */
export function nextHours(hours: Hours[]): Hours | undefined {
  const last = Math.max(0, ...hours.map(({ until }) => minutesOf(until)));
  if (last === 0) return { from: '09:00', until: '17:00' };
  const from = last + 60 <= DAY - 60 ? last + 60 : last;
  return from + STEP <= DAY
    ? { from: timeOf(from), until: timeOf(Math.min(DAY, from + 60)) }
    : undefined;
}

/** What is wrong with the hours of one day. */
export function mistakeIn(hours: Hours[]): string | undefined {
  const sorted = [...hours].sort((a, b) => a.from.localeCompare(b.from));
  if (sorted.some(({ from, until }) => minutesOf(from) >= minutesOf(until))) {
    return 'Each begins before it ends.';
  }
  const overlap = sorted.some(
    ({ from }, index) => index > 0 && minutesOf(from) < minutesOf(sorted[index - 1]?.until ?? ''),
  );
  return overlap ? 'They overlap.' : undefined;
}
