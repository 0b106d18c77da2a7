import { percentile, report, stepsOf } from '../bench/figures.ts';
import type { Participant } from '../harness/participant.ts';
import { pause } from './stage.ts';

const JOINS = Number(process.env.JOINS ?? 10);
/** What a person takes at least from seeing the page to the click on Join. */
const A_MOMENT_MS = 1_500;
/** As the call engine marks them, in order. */
const STEPS = ['click', 'joined', 'first-frame'];
const CONNECTING = ['offer', 'answer-set', 'ice', 'dtls'];

export interface Targets {
  /** Milliseconds from the click to the first frame, 95th percentile. */
  join: number;
  /** Milliseconds from the offer, on the pre-join page, until connected, 95th percentile. */
  connected: number;
}

/**
 * Joins `code` again and again, as whoever `enter` brings, and tells how long it took to connect on the pre-join page, and
 * from the click to the first frame, and each step of both.
 */
export async function measureJoins(
  name: string,
  targets: Targets,
  code: string,
  enter: () => Promise<Participant>,
): Promise<void> {
  const connected: number[][] = [];
  const joined: number[][] = [];
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
    await far.poll('connected', () => marks(['get-user-media', 'dtls']), 60_000).not.toContain(null);
    connected.push(stepsOf(await marks(CONNECTING)));
    await pause(A_MOMENT_MS);
    await far.driver.click('[data-testid="join"]');
    await far.poll('first frame', () => marks(['first-frame']), 60_000).not.toContain(null);
    joined.push(stepsOf(await marks(STEPS)));
    await far.driver.close();
  }
  tell(`${name}-connected`, targets.connected, CONNECTING, connected);
  tell(name, targets.join, STEPS, joined);
}

function tell(name: string, target: number, steps: string[], times: number[][]): void {
  const total = times.map((each) => each.at(-1) ?? Number.NaN);
  report(`${name}-p50`, percentile(total, 0.5), 'ms', null);
  report(`${name}-p95`, percentile(total, 0.95), 'ms', target);
  for (let step = 1; step < steps.length; step += 1) {
    const took = times.map((each) => (each[step] ?? Number.NaN) - (each[step - 1] ?? Number.NaN));
    report(`${name}-to-${steps[step]}-p50`, percentile(took, 0.5), 'ms', null);
  }
}
