/** So long nothing at all has come, where something did: the way is broken, or nobody sends. Product decision. */
export const SILENT_AFTER_MS = 200;
const LOOK_EVERY_MS = 50;

/**
 * Notices that media stopped. Browsers take seconds to say so: ICE waits for that long, and a network that was left for another
 * one is not told to pages at all.
 */
export class Silence {
  private timer: ReturnType<typeof setInterval> | undefined;
  /** When something came last; null before the first, and where none is expected. */
  private last: number | null = null;
  private told = false;

  constructor(
    /** Whether media has come since the last time of asking. */
    private readonly hasCome: () => boolean,
    private readonly onSilent: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Looks from now on, until `stop`. */
  start(): void {
    this.timer ??= setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.last = null;
  }

  /** Whether nothing comes, where something did. */
  get isSilent(): boolean {
    return this.last !== null && this.now() - this.last >= SILENT_AFTER_MS;
  }

  private look(): void {
    if (this.hasCome()) {
      this.last = this.now();
      this.told = false;
    } else if (this.isSilent && !this.told) {
      this.told = true;
      this.onSilent();
    }
  }
}
