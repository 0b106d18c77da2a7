/** The steps from the Join click to the first picture, in the order they usually come. */
export const JOIN_STEPS = [
  'click',
  'get-user-media',
  'offer',
  'joined',
  'answer-set',
  'ice',
  'dtls',
  'first-frame',
] as const;

export type JoinStep = (typeof JOIN_STEPS)[number];

/** The name of a step's mark for `performance.getEntriesByName`. */
export const markName = (step: JoinStep): string => `facementor:join:${step}`;

/** When each step of a join was reached; each is also a performance mark of the page. */
export class Timings {
  private readonly reached = new Map<JoinStep, number>();

  /** Marks a step. Only its first time counts, apart from `restart`. */
  mark(step: JoinStep): void {
    if (this.reached.has(step)) return;
    this.reached.set(step, performance.now());
    performance.mark(markName(step));
  }

  /** A new peer connection: its steps are to come. */
  prepare(): void {
    this.forget(['offer', 'answer-set', 'ice', 'dtls']);
  }

  /** A new join begins with the click; the steps that prepared it keep their times. */
  restart(): void {
    this.forget(['click', 'joined', 'first-frame']);
  }

  private forget(steps: JoinStep[]): void {
    for (const step of steps) {
      this.reached.delete(step);
      performance.clearMarks(markName(step));
    }
  }

  /** Milliseconds since the click; negative for what was ready before it. */
  sinceClick(): Partial<Record<JoinStep, number>> {
    const click = this.reached.get('click');
    if (click === undefined) return {};
    return Object.fromEntries([...this.reached].map(([step, at]) => [step, at - click]));
  }
}
