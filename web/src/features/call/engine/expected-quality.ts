import type { Bandwidth } from './bandwidth-test';
import type { MediaParameters } from './protocol';

/** What a person can expect one way. */
export type Expected = 'best' | 'medium' | 'small' | 'sound' | 'none';

/** Of sound with its headers, one way: Opus with one redundant copy. */
const SOUND_BPS = 100_000;
/** Media takes no more of a network than this: the rest is headers, repairs and others. */
const USABLE = 0.8;

/**
 * What the network leaves of the camera each way: the best picture sent takes all encodings at once, one that is received
 * only itself.
 */
export function expectedQuality(
  { down, up }: Bandwidth,
  { camera }: MediaParameters,
): { seen: Expected; seeing: Expected } {
  const rates = camera.encodings
    .map(({ max_bitrate_bps }) => max_bitrate_bps)
    .sort((a, b) => a - b);
  const together = rates.map((_, index) => rates.slice(0, index + 1).reduce((a, b) => a + b, 0));
  return { seen: expected(up, together), seeing: expected(down, rates) };
}

function expected(bps: number, costs: number[]): Expected {
  const left = bps * USABLE - SOUND_BPS;
  const fitting = costs.filter((cost) => cost <= left).length;
  if (fitting > 0 && fitting === costs.length) return 'best';
  if (fitting > 1) return 'medium';
  if (fitting === 1) return 'small';
  return left >= 0 ? 'sound' : 'none';
}
