import { firstShown, longestGap, resizes, shownFrames, watchFrames } from './frames.ts';
import { Sampler, bitrate, grown } from './samples.ts';
import { measure, test } from './stage.ts';

/** Seconds of each part: room for the picture at its best, not for it, and room again. */
const PARTS = [25, 45, 30] as const;
const [WIDE, NARROW] = [3_000, 600];

test('rate-steps', async ({ stage }) => {
  await measure(
    'rate-steps',
    {
      concealed: { unit: '% of the sound', target: 2 },
      down: { unit: 's until a smaller picture', target: 1 },
      freeze: { unit: 'ms, the longest while it narrows', target: 300 },
      switches: { unit: 'a minute in steady state', target: 2 },
      used: { unit: '% of the narrow link', target: 85, atLeast: true },
      back: { unit: 's until the best picture is back', target: 5 },
      'back-rate': { unit: '% of the rate before', target: 90, atLeast: true },
    },
    async () => {
      await stage.link.set({ reset: true, both: { delay: 20 }, down: { delay: 20, rate: WIDE } });
      const far = await stage.viewer();
      await watchFrames(far, stage.near);
      const sampler = new Sampler(far.driver);
      await sampler.until(PARTS[0]);
      const [narrowed, narrowedAt] = [Date.now(), sampler.now()];
      await stage.link.set({ down: { rate: NARROW } });
      await sampler.until(PARTS[0] + 10);
      await stage.link.carried();
      const steadyFrom = Date.now();
      await sampler.until(PARTS[0] + PARTS[1]);
      const carried = await stage.link.carried();
      const steadySeconds = (Date.now() - steadyFrom) / 1000;
      const [widened, widenedAt] = [Date.now(), sampler.now()];
      await stage.link.set({ down: { rate: WIDE } });
      await sampler.until(PARTS[0] + PARTS[1] + PARTS[2]);
      const samples = await sampler.stop();
      const frames = await shownFrames(far);
      await far.driver.close();
      const best = Math.max(...frames.filter(({ at }) => at < narrowed).map(({ lines }) => lines));
      const steady = resizes(frames, steadyFrom, widened) + resizes(frames, widened + 8_000, Infinity);
      const minutes = (steadySeconds + PARTS[2] - 8) / 60;
      const before = bitrate(samples, 'videoBytes', 8, narrowedAt);
      return {
        samples,
        marks: [
          { at: narrowedAt, text: `${NARROW} kbit/s` },
          { at: widenedAt, text: `${WIDE} kbit/s` },
        ],
        figures: {
          concealed: (100 * grown(samples, 'concealedSamples', 5)) / grown(samples, 'audioSamples', 5),
          down: (firstShown(frames, narrowed, ({ lines }) => lines < best) - narrowed) / 1000,
          freeze: longestGap(frames, narrowed - 100, steadyFrom),
          switches: steady / minutes,
          used: (100 * 8 * carried.down.bytes) / (steadySeconds * NARROW * 1000),
          back: (firstShown(frames, widened, ({ lines }) => lines >= best) - widened) / 1000,
          'back-rate': (100 * bitrate(samples, 'videoBytes', widenedAt + 6, Infinity)) / before,
        },
      };
    },
  );
});
