/** Prints one figure; `target` null is a figure without an aim. It is met from below, or from above. `runs`: what it is the median of. */
export function report(
  name: string,
  value: number,
  unit: string,
  target: number | null,
  atLeast?: true,
  runs?: number[],
): void {
  const ok = target === null ? null : atLeast ? value >= target : value <= target;
  const short = (figure: number) => Math.round(figure * 100) / 100;
  console.log(JSON.stringify({ case: name, value: short(value), unit, target, ok, runs: runs?.map(short) }));
}

/** The value that a share of all values does not exceed (nearest rank). */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** When each step was reached; null for one that was not. */
export type Marks = (number | null)[];

/** Milliseconds after the first mark, in order: what was ready before it, or before another step, takes no time of its own. */
export function stepsOf(marks: Marks): number[] {
  let latest = marks[0] ?? Number.NaN;
  return marks.map((mark) => {
    latest = Math.max(latest, mark ?? Number.NaN);
    return latest - (marks[0] ?? Number.NaN);
  });
}
