/** Times for people. The app speaks English; the clock (12 or 24 hours) is the one the reader is used to. */
export interface Viewer {
  /** IANA name of the reader's zone. */
  timeZone: string;
  hourCycle: 'h12' | 'h23';
}

export function browserViewer(): Viewer {
  const { timeZone, hourCycle } = new Intl.DateTimeFormat(undefined, {
    hour: 'numeric',
  }).resolvedOptions();
  return { timeZone, hourCycle: hourCycle?.startsWith('h1') ? 'h12' : 'h23' };
}

const LOCALE = 'en-GB';
const DAY_MS = 86_400_000;

const dayKey = (ms: number, timeZone: string) =>
  new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(ms);

/** "14:00" or "2:00 pm" in the reader's zone. */
export function clockTime(ms: number, viewer: Viewer): string {
  return new Intl.DateTimeFormat(LOCALE, {
    timeZone: viewer.timeZone,
    hour: viewer.hourCycle === 'h12' ? 'numeric' : '2-digit',
    minute: '2-digit',
    hourCycle: viewer.hourCycle,
  }).format(ms);
}

/** Days from one date to another: a day is not 24 hours where clocks change. */
const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / DAY_MS;

/** "Today", "Tomorrow", "Yesterday", "Tue 24 Nov", or with the year when it is another one. */
export function dayName(ms: number, nowMs: number, { timeZone }: Viewer): string {
  const [day, today] = [dayKey(ms, timeZone), dayKey(nowMs, timeZone)];
  const near = { '-1': 'Yesterday', '0': 'Today', '1': 'Tomorrow' }[daysBetween(today, day)];
  if (near) return near;
  const sameYear = day.slice(0, 4) === today.slice(0, 4);
  return new Intl.DateTimeFormat(LOCALE, {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  })
    .format(ms)
    .replace(',', '');
}

/** "Today 14:00": say beside it whose time that is. */
export function dayAndTime(ms: number, nowMs: number, viewer: Viewer): string {
  return `${dayName(ms, nowMs, viewer)} ${clockTime(ms, viewer)}`;
}

/** "today 14:00": as it reads after other words; names of days keep their capital. */
export function withinText(time: string): string {
  return time.replace(/^(Today|Tomorrow|Yesterday)/, (word) => word.toLowerCase());
}

/** "Tuesday 24 November 2026 at 14:00 CET": the whole truth, for tooltips. */
export function fullTime(ms: number, viewer: Viewer): string {
  return new Intl.DateTimeFormat(LOCALE, {
    timeZone: viewer.timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: viewer.hourCycle,
    timeZoneName: 'short',
  }).format(ms);
}

/** "less than a minute", "45 min", "1 h 20 min". */
export function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest ? ` ${rest} min` : ''}`;
}

/** "Europe/Madrid" as people read it: "Madrid". */
export function zoneName(timeZone: string): string {
  return timeZone.split('/').pop()?.replaceAll('_', ' ') ?? timeZone;
}
