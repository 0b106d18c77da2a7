import { percentile, report } from '../bench/figures.ts';
import type { Impairment } from './link.ts';
import { type Stage, pause, test } from './stage.ts';

const JOINS = Number(process.env.JOINS ?? 10);
/** What a person takes at least from seeing the page to the click on Join. */
const A_MOMENT_MS = 1_500;
/** As the call engine marks them, in order. */
const STEPS = ['click', 'joined', 'answer-set', 'ice', 'dtls', 'first-frame'];

test('join-50ms', async ({ stage }) => {
  await joins(stage, 'join-50ms', { delay: 50 }, 800);
});

test('join-udp-blocked', async ({ stage }) => {
  await joins(stage, 'join-udp-blocked', { delay: 20, block: 'udp' }, 2_000);
});

/** Joins again and again and tells how long each took from the click to the first frame, and each step of it. */
async function joins(stage: Stage, name: string, both: Impairment, target: number): Promise<void> {
  await stage.link.set({ reset: true, both });
  const took: number[][] = [];
  for (let count = 0; count < JOINS; count += 1) {
    const far = await stage.far();
    const marks = (steps: string[]) =>
      far.driver.evaluate(
        (steps) =>
          steps.map((step) => performance.getEntriesByName(`facementor:join:${step}`).at(-1)?.startTime ?? null),
        steps,
      );
    await far.openPreJoin(stage.code);
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
