import type { ParticipantId, Source, Want } from './protocol';

/** Layouts change in bursts (a resize, people coming in): tell the server the result only. */
const SETTLE_MS = 200;
/** After a calm the first change, most often a new person, goes out as soon as its burst of effects is over. */
const CALM_MS = 1_000;
const FIRST_MS = 20;

export const tileKey = (participant: ParticipantId, source: Source): string =>
  `${participant}/${source}`;

/** Collects the sizes of the tiles on the page and tells `subscribe` when they have settled. */
export class Wants {
  private readonly tiles = new Map<string, Want>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private told = '';
  private toldAt = 0;

  constructor(private readonly tell: (wants: Want[]) => boolean) {}

  /** A tile is shown with this size in device pixels. */
  set(want: Want): void {
    this.tiles.set(tileKey(want.participant, want.source), {
      ...want,
      width: devicePixels(want.width),
      height: devicePixels(want.height),
    });
    this.later();
  }

  /** A tile is no longer shown. */
  delete(participant: ParticipantId, source: Source): void {
    if (this.tiles.delete(tileKey(participant, source))) this.later();
  }

  /** Tells again, after a new socket. */
  repeat(): void {
    this.told = '';
    this.now();
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private later(): void {
    clearTimeout(this.timer);
    const calm = performance.now() - this.toldAt > CALM_MS;
    this.timer = setTimeout(() => this.now(), calm ? FIRST_MS : SETTLE_MS);
  }

  private now(): void {
    clearTimeout(this.timer);
    const wants = [...this.tiles.values()];
    const text = JSON.stringify(wants);
    // Before the first tile is laid out everything is wanted; an empty list would say the opposite.
    if (wants.length === 0 && this.told === '') return;
    if (text !== this.told && this.tell(wants)) {
      this.told = text;
      this.toldAt = performance.now();
    }
  }
}

/** A whole number that fits the wire's 16 bits. */
const devicePixels = (size: number): number => Math.min(65_535, Math.max(0, Math.round(size)));
