import type { Impairment } from './link.ts';
import { Sampler, bitrate, grown, switches } from './samples.ts';
import { measure, test } from './stage.ts';

/** The two minutes; shorter for a quick look. */
const SECONDS = Number(process.env.CASE_SECONDS ?? 120);

const CASES: [string, Impairment, { frozen: number; concealed: number | null }][] = [
  ['loss5', { loss: 5, delay: 50 }, { frozen: 0.5, concealed: 2 }],
  ['loss-bursts', { burst: [8, 2], delay: 50 }, { frozen: 1, concealed: null }],
];

for (const [name, impairment, target] of CASES) {
  test(name, async ({ stage }) => {
    await measure(
      name,
      {
        frozen: { unit: '% of the time', target: target.frozen },
        concealed: { unit: '% of the sound', target: target.concealed },
        bitrate: { unit: 'Mbit/s', target: null },
        switches: { unit: 'a minute', target: null },
        keyframes: { unit: 'a minute', target: null },
      },
      async () => {
        await stage.link.set({ reset: true, both: impairment });
        const far = await stage.viewer();
        const sampler = new Sampler(far.driver);
        await sampler.until(SECONDS);
        const samples = await sampler.stop();
        await far.driver.close();
        const [begin, minutes] = [5, (SECONDS - 5) / 60];
        return {
          samples,
          figures: {
            frozen: (100 * grown(samples, 'frozenSeconds', begin)) / (SECONDS - begin),
            concealed: (100 * grown(samples, 'concealedSamples', begin)) / grown(samples, 'audioSamples', begin),
            bitrate: bitrate(samples, 'videoBytes', begin, SECONDS) / 1e6,
            switches: switches(samples, begin) / minutes,
            keyframes: grown(samples, 'keyFrames', begin) / minutes,
          },
        };
      },
    );
  });
}
