import { percentile } from '../bench/figures.ts';
import type { Participant } from '../harness/participant.ts';
import { firstShownAfter, forgetFrames, longestGap, seesFrames, shownFrames } from './frames.ts';
import type { Order } from './link.ts';
import { type Stage, measure, pause, test } from './stage.ts';

const OUTAGES = [2, 10, 30];
/** How many short ones in a row. */
const MANY = Number(process.env.OUTAGES ?? 100);
/** Of two networks: with one of the same network a browser keeps its sockets. */
const ADDRESSES = ['10.231.10.2/24', '10.231.9.2/24'];
/** How many moves from one to the other in a row. */
const MOVES = Number(process.env.MOVES ?? 20);
/** How long somebody may take to be back before the figure is called missing. */
const PATIENCE_MS = 40_000;

for (const seconds of OUTAGES) {
  test(`outage-${seconds}s`, async ({ stage }) => {
    const far = await meet(stage);
    await measure(`outage-${seconds}s`, BACK, async () => {
      await stage.link.set({ both: { block: 'all' } });
      await pause(seconds * 1000);
      return { figures: await back(stage, far, { both: { block: null } }) };
    });
  });
}

test('outages', async ({ stage }) => {
  const far = await meet(stage);
  await measure(
    'outages',
    {
      'back-in-time': { unit: `of ${MANY} outages of 2 s, both seen again within 1 s`, target: MANY, atLeast: true },
      worst: { unit: 's', target: 1 },
    },
    async () => {
      const took: number[] = [];
      for (let count = 0; count < MANY; count += 1) {
        await stage.link.set({ both: { block: 'all' } });
        await pause(2_000);
        const seen = await back(stage, far, { both: { block: null } }, 2_000);
        took.push(Math.max(...Object.values(seen)));
      }
      return { figures: { 'back-in-time': took.filter((each) => each <= 1).length, worst: Math.max(...took) } };
    },
  );
});

test('address-change', async ({ stage }) => {
  const far = await meet(stage);
  const seconds = 's, the longest without a frame, ';
  let moves = 0;
  await measure(
    'address-change',
    {
      'back-in-time': { unit: `of ${MOVES} moves, both seen again within 1 s`, target: MOVES, atLeast: true },
      'far-sees': { unit: `${seconds}of who moved, median`, target: 1 },
      'far-sees-worst': { unit: `${seconds}worst`, target: 1 },
      'near-sees': { unit: `${seconds}of the other, median`, target: 1 },
      'near-sees-worst': { unit: `${seconds}worst`, target: 1 },
    },
    async () => {
      const gaps: { far: number; near: number }[] = [];
      for (let count = 0; count < MOVES; count += 1, moves += 1) {
        const moved = Date.now();
        await stage.link.set({ address: ADDRESSES[moves % ADDRESSES.length] });
        // Both settled again before the next, and late ones in what is looked at.
        await pause(9_000);
        const gap = async (person: Participant) =>
          longestGap(await shownFrames(person), moved - 500, moved + 8_000) / 1000;
        gaps.push({ far: await gap(far), near: await gap(stage.near) });
        await forgetFrames(far);
        await forgetFrames(stage.near);
      }
      const figures = (all: number[]) => [percentile(all, 0.5), Math.max(...all)] as const;
      const [farSees, farWorst] = figures(gaps.map(({ far }) => far));
      const [nearSees, nearWorst] = figures(gaps.map(({ near }) => near));
      return {
        figures: {
          'back-in-time': gaps.filter(({ far, near }) => Math.max(far, near) <= 1).length,
          'far-sees': farSees,
          'far-sees-worst': farWorst,
          'near-sees': nearSees,
          'near-sees-worst': nearWorst,
        },
      };
    },
  );
});

test('signaling-loss-60s', async ({ stage }) => {
  const far = await meet(stage);
  await measure(
    'signaling-loss-60s',
    {
      gap: { unit: 'ms, the longest without a frame meanwhile', target: 300 },
      back: { unit: 's until a mute is seen again', target: 1 },
    },
    async () => {
      const begun = Date.now();
      await stage.link.set({ both: { block: 'tcp' } });
      await pause(60_000);
      await stage.link.set({ both: { block: null } });
      const restored = Date.now();
      const shown = await far.attribute(far.tile(stage.near), 'data-audio');
      await stage.near.driver.press('m');
      await far.poll('the mute', () => far.attribute(far.tile(stage.near), 'data-audio'), PATIENCE_MS).not.toBe(shown);
      const seen = Date.now();
      const gap = longestGap(await shownFrames(far), begun, restored);
      return { figures: { gap, back: (seen - restored) / 1000 } };
    },
  );
});

const BACK = {
  'far-sees': { unit: 's until who was away sees again', target: 1 },
  'near-sees': { unit: 's until who was away is seen again', target: 1 },
};

async function meet(stage: Stage): Promise<Participant> {
  await stage.link.set({ reset: true, both: { delay: 20 } });
  const far = await stage.far();
  await far.join(stage.code, 'guest');
  await seesFrames(far, stage.near);
  await seesFrames(stage.near, far);
  // A call that has settled: both at their best.
  await pause(5_000);
  return far;
}

/** Restores the network and tells how long after that each sees the other again. */
async function back(stage: Stage, far: Participant, order: Order, rest = 5_000): Promise<Record<string, number>> {
  const restored = Date.now();
  await stage.link.set(order);
  const seen = async (person: Participant) => {
    let at: number | null = null;
    await person
      .poll('a frame', async () => (at = await firstShownAfter(person, restored + 1)), PATIENCE_MS)
      .not.toBeNull();
    return ((at ?? Number.NaN) - restored) / 1000;
  };
  const [farSees, nearSees] = await Promise.all([seen(far), seen(stage.near)]);
  // Settled again before the next.
  await pause(rest);
  await forgetFrames(far);
  await forgetFrames(stage.near);
  return { 'far-sees': farSees, 'near-sees': nearSees };
}
