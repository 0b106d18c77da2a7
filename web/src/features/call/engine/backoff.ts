/** PROTOCOL.md §7: 0.25 s, doubling, at most 5 s. */
export const BACKOFF_START_MS = 250;
export const BACKOFF_LIMIT_MS = 5_000;

/** The wait before try `attempt` (from 0). Up to a fifth is taken off at random, so that clients do not come back in step. */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(BACKOFF_LIMIT_MS, BACKOFF_START_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full * (1 - 0.2 * random()));
}
