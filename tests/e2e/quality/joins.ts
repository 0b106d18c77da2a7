import { percentile, report } from '../bench/figures.ts';
import type { Participant } from '../harness/participant.ts';
import { pause } from './stage.ts';

const JOINS = Number(process.env.JOINS ?? 10);
/** What a person takes at least from seeing the page to the click on Join. */
const A_MOMENT_MS = 1_500;
/** As the call engine marks them, in order. */
const STEPS = ['click', 'joined', 'answer-set', 'ice', 'dtls', 'first-frame'];

/**
 * Joins `code` again and again, as whoever `enter` brings, and tells how long each took from the click to the first frame,
 * and each step of it.
 */
export async function measureJoins(
  name: string,
  target: number,
  code: string,
  enter: () => Promise<Participant>,
): Promise<void> {
  const took: number[][] = [];
  for (let count = 0; count < JOINS; count += 1) {
    const far = await enter();
    const marks = (steps: string[]) =>
      far.driver.evaluate(
        (steps) =>
          steps.map((step) => performance.getEntriesByName(`facementor:join:${step}`).at(-1)?.startTime ?? null),
        steps,
      );
    await far.openPreJoin(code);
    await far.driver.fill('input[name="name"]', far.name);
    await far.poll('ready to join', () => marks(['get-user-media', 'offer'])).not.toContain(null);
    await pause(A_MOMENT_MS);
    await far.driver.click('[data-testid="join"]');
    await far.poll('first frame', () => marks(['first-frame']), 60_000).not.toContain(null);
    const times = await marks(STEPS);
    took.push(times.map((time) => (time ?? Number.NaN) - (times[0] ?? Number.NaN)));
    await far.driver.close();
  }
  const total = took.map((times) => times.at(-1) ?? Number.NaN);
  report(`${name}-p50`, percentile(total, 0.5), 'ms', null);
  report(`${name}-p95`, percentile(total, 0.95), 'ms', target);
  for (let step = 1; step < STEPS.length; step += 1) {
    const each = took.map((times) => (times[step] ?? Number.NaN) - (times[step - 1] ?? Number.NaN));
    report(`${name}-to-${STEPS[step]}-p50`, percentile(each, 0.5), 'ms', null);
  }
}
