/** Speech stands out from the room by this much. Measured levels of headsets and laptops at arm's length. */
const ABOVE_FLOOR_DB = 12;
/** Quieter than this is nobody's speech. */
const LOWEST_SPEECH_DB = -50;
/** Of the last second this much has to be speech: a cough is shorter. */
const NEEDED_MS = 400;
const WINDOW_MS = 1_000;
/** The room's level follows falls at once and rises slowly, so that speech does not become the floor. */
const FLOOR_RISE_DB_PER_S = 3;

/** Tells speech from a room's noise by level alone. Fed about ten times a second. */
export class SpeechDetector {
  private floor: number | null = null;
  private last: number | null = null;
  private readonly loud: { at: number; ms: number }[] = [];

  /** True while the person speaks. `now` in milliseconds. */
  hear(decibels: number, now: number): boolean {
    const elapsed = this.last === null ? 0 : Math.min(250, now - this.last);
    this.last = now;
    const risen = (this.floor ?? decibels) + (FLOOR_RISE_DB_PER_S * elapsed) / 1000;
    this.floor = Math.min(decibels, risen);
    if (decibels > LOWEST_SPEECH_DB && decibels > this.floor + ABOVE_FLOOR_DB) {
      this.loud.push({ at: now, ms: elapsed });
    }
    while (this.loud[0] && this.loud[0].at < now - WINDOW_MS) this.loud.shift();
    return this.loud.reduce((sum, { ms }) => sum + ms, 0) >= NEEDED_MS;
  }
}
