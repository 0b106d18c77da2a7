import { test } from '../harness/fixtures.ts';
import type { Participant } from '../harness/participant.ts';
import { type Marks, percentile, report, stepsOf } from './figures.ts';

const JOINS = Number(process.env.JOINS ?? 30);
/** What a person takes at least from seeing the page to the click on Join. */
const A_MOMENT_MS = 1_500;

/** As the call engine marks them (web/src/features/call/engine/timings.ts), in order; what was ready before the click takes nothing. */
const STEPS = ['click', 'answer-set', 'ice', 'dtls', 'joined', 'first-frame'];

test('joins of Chromium into a running call', async ({ inChromium }) => {
  const ada = await inChromium('ada');
  const code = await running(ada);
  await measure('chromium', { p50: 150, p95: 250 }, code, () => inChromium('bo'));
});

test('joins of Chromium into an end-to-end encrypted call', async ({ inChromium }) => {
  const ada = await inChromium('ada');
  await ada.signIn('ada@demo.test');
  const { link } = await ada.openEncryptedSession();
  await enter(ada, link);
  await measure('chromium_end_to_end', { p50: 150, p95: 250 }, link, () => inChromium('bo'));
});

test('joins of Firefox into a running call', async ({ inChromium, inFirefox }) => {
  const ada = await inChromium('ada');
  const code = await running(ada);
  await measure('firefox', { p50: 200, p95: 300 }, code, () => inFirefox('bo'));
});

test('mute, until the other sees it', async ({ inChromium }) => {
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  const code = await running(ada);
  await bo.join(code, 'guest');
  await ada.sees(bo);
  await bo.sees(ada);
  await bo.driver.evaluate((selector) => {
    const tile = document.querySelector(selector);
    const seen: number[] = [];
    Object.assign(window, { seen });
    let last = tile?.getAttribute('data-audio');
    new MutationObserver(() => {
      const now = tile?.getAttribute('data-audio');
      // The next frame is when the eye sees it.
      if (now !== last) requestAnimationFrame(() => seen.push(performance.timeOrigin + performance.now()));
      last = now;
    }).observe(tile as Element, { attributes: true });
  }, bo.tile(ada));
  await ada.driver.evaluate(() => {
    const pressed: number[] = [];
    Object.assign(window, { pressed });
    window.addEventListener('keydown', () => pressed.push(performance.timeOrigin + performance.now()), true);
  }, undefined);
  for (let count = 1; count <= JOINS; count += 1) {
    await ada.driver.press('m');
    await bo
      .poll('seen', () => bo.driver.evaluate(() => (window as never as { seen: number[] }).seen.length, 0))
      .toBe(count);
  }
  const pressed = await ada.driver.evaluate(() => (window as never as { pressed: number[] }).pressed, undefined);
  const seen = await bo.driver.evaluate(() => (window as never as { seen: number[] }).seen, undefined);
  const took = seen.map((at, index) => at - (pressed[index] ?? Number.NaN));
  report('mute_shown_p50', percentile(took, 0.5), 'ms', null);
  report('mute_shown_p95', percentile(took, 0.95), 'ms', 300);
});

async function running(ada: Participant): Promise<string> {
  await ada.signIn('ada@demo.test');
  const code = await ada.openSession('open door');
  await enter(ada, code);
  return code;
}

async function enter(ada: Participant, code: string): Promise<void> {
  await ada.join(code, 'signed in');
  await ada.isInCall();
}

async function measure(
  browser: string,
  aim: { p50: number; p95: number },
  code: string,
  open: () => Promise<Participant>,
): Promise<void> {
  const joins: number[][] = [];
  for (let count = 0; count < JOINS; count += 1) {
    const bo = await open();
    await bo.openPreJoin(code);
    await bo.driver.fill('input[name="name"]', 'Bo');
    // As for a person, who takes a moment: devices are open, the offer is made and the page is at rest before the click.
    await bo.poll('ready to join', () => marks(bo, ['get-user-media', 'dtls'])).not.toContain(null);
    await bo.driver.evaluate((rest) => new Promise((resolve) => setTimeout(resolve, rest)), A_MOMENT_MS);
    await bo.driver.click('[data-testid="join"]');
    await bo.poll('first frame', () => marks(bo, ['first-frame'])).not.toContain(null);
    joins.push(stepsOf(await marks(bo, STEPS)));
    await bo.driver.close();
  }
  const total = joins.map((times) => times.at(-1) ?? Number.NaN);
  report(`join_${browser}_p50`, percentile(total, 0.5), 'ms', aim.p50);
  report(`join_${browser}_p95`, percentile(total, 0.95), 'ms', aim.p95);
  for (let step = 1; step < STEPS.length; step += 1) {
    const took = joins.map((times) => (times[step] ?? Number.NaN) - (times[step - 1] ?? Number.NaN));
    report(`join_${browser}_to_${STEPS[step]}_p50`, percentile(took, 0.5), 'ms', null);
  }
}

function marks(person: Participant, steps: string[]): Promise<Marks> {
  return person.driver.evaluate(
    (steps) => steps.map((step) => performance.getEntriesByName(`facementor:join:${step}`).at(-1)?.startTime ?? null),
    steps,
  );
}
