import { longestAddedGap, longestGap, resizes, shownFrames } from './frames.ts';
import { Sampler, grown } from './samples.ts';
import { measure, pause, test } from './stage.ts';

const SWITCHES = Number(process.env.SWITCHES ?? 100);
const LARGE = { width: 1280, height: 720 };
const SMALL = { width: 320, height: 240 };

// Judged by the worst of a hundred: a camera with more and smaller pictures, for it is theirs that a keyframe is counted in.
test.use({ camera: { width: 960, height: 540, framesPerSecond: 24 } });

test('forced-switches', async ({ stage }) => {
  await measure(
    'forced-switches',
    {
      seen: { unit: `of ${SWITCHES} switches`, target: 0.95 * SWITCHES, atLeast: true },
      gap: { unit: 'ms, the longest without a frame that the camera had', target: 200 },
      'gap-shown': { unit: 'ms, the longest without a frame, the gaps of the camera included', target: null },
      requests: { unit: 'keyframe requests of the viewer, a switch', target: 1 },
    },
    async () => {
      await stage.link.set({ reset: true, both: { delay: 20 } });
      const far = await stage.viewer();
      const sampler = new Sampler(far.driver);
      await pause(5_000);
      const begun = Date.now();
      for (let count = 0; count < SWITCHES; count += 1) {
        await far.resize(count % 2 === 0 ? SMALL : LARGE);
        await pause(2_500);
      }
      const frames = await shownFrames(far);
      const samples = await sampler.stop();
      await far.driver.close();
      return {
        samples,
        figures: {
          seen: resizes(frames, begun, Infinity),
          gap: longestAddedGap(frames, begun, Infinity),
          'gap-shown': longestGap(frames, begun, Infinity),
          requests: grown(samples, 'plis', 5) / SWITCHES,
        },
      };
    },
  );
});
