/** How a booking repeats. Pure. */

export interface Repeat {
  /** Weeks between two; 0 is not at all. */
  interval: number;
  count: number;
}

export const ONCE: Repeat = { interval: 0, count: 4 };
export const INTERVALS = [1, 2, 3, 4];
export const COUNTS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** As RFC 5545 has it; undefined when it does not repeat. */
export function ruleOf({ interval, count }: Repeat): string | undefined {
  return interval === 0 ? undefined : `FREQ=WEEKLY;INTERVAL=${interval};COUNT=${count}`;
}
