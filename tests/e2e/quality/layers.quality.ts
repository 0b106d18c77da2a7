import { Sampler, bitrate } from './samples.ts';
import { measure, test } from './stage.ts';

const SMALL = { width: 320, height: 240 };

test('thumbnails-only', async ({ stage }) => {
  await measure('thumbnails-only', { sent: { unit: '% of what she sends when seen large', target: 35 } }, async () => {
    await stage.link.set({ reset: true, both: { delay: 20 } });
    const far = await stage.viewer();
    const sampler = new Sampler(stage.near.driver);
    await sampler.until(20);
    await far.resize(SMALL);
    await sampler.until(45);
    const samples = await sampler.stop();
    await far.driver.close();
    const rate = (from: number, to: number) => bitrate(samples, 'sentBytes', from, to);
    return { samples, marks: [{ at: 20, text: 'small' }], figures: { sent: (100 * rate(30, 45)) / rate(8, 20) } };
  });
});
