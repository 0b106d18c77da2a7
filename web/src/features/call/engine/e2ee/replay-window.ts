/** Reordering and layer switches move counters back by seconds of frames at most: three layers of 30 a second. */
const SIZE = 1024n;

/** Which counters of a stream were seen: each is taken once, and none that is too old to be told apart. */
export class ReplayWindow {
  private highest = -1n;
  private readonly seen = new Set<bigint>();

  /** Whether a frame with this counter may still come. */
  accepts(counter: bigint): boolean {
    return counter > this.highest - SIZE && !this.seen.has(counter);
  }

  /** Call once the frame proved genuine: a forged counter must not move the window. */
  mark(counter: bigint): void {
    this.seen.add(counter);
    if (counter <= this.highest) return;
    this.highest = counter;
    if (this.seen.size <= 2 * Number(SIZE)) return;
    for (const old of this.seen) if (old <= counter - SIZE) this.seen.delete(old);
  }
}
