/** A `Date` header tells whole seconds, and an answer takes a while: a clock this close to the server's is right. */
const CLOSE_MS = 5_000;

let aheadMs = 0;

/** Notes when the server answered, by its own clock: the `Date` header, which pages of another origin may not see. */
export function noteServerTime(date: unknown): void {
  const at = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(at)) return;
  const ahead = at - Date.now();
  aheadMs = Math.abs(ahead) <= CLOSE_MS ? 0 : ahead;
}

/** What the time is for the server, whose clock decides what can be booked and for how long, wherever the reader's own stands. */
export function serverNow(): number {
  return Date.now() + aheadMs;
}
