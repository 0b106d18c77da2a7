import type { Driver } from '../harness/drivers.ts';
import type { Observed } from '../harness/page-script.ts';

/** What a page has received of its call so far, and sent. */
export interface Sample {
  /** Seconds since sampling began. */
  at: number;
  videoBytes: number;
  audioBytes: number;
  sentBytes: number;
  framesDecoded: number;
  /** Lines of the picture now. */
  height: number;
  freezes: number;
  frozenSeconds: number;
  audioSamples: number;
  concealedSamples: number;
  keyFrames: number;
  nacks: number;
  plis: number;
}

/** Runs in the page. Counts over all peer connections it ever had, so that a rejoin does not start from nothing. */
async function look(): Promise<Omit<Sample, 'at'>> {
  const { connections } = (window as never as { observed: Observed }).observed;
  const sum = {
    videoBytes: 0,
    audioBytes: 0,
    sentBytes: 0,
    framesDecoded: 0,
    height: 0,
    freezes: 0,
    frozenSeconds: 0,
    audioSamples: 0,
    concealedSamples: 0,
    keyFrames: 0,
    nacks: 0,
    plis: 0,
  };
  for (const connection of connections) {
    for (const stat of (await connection.getStats()).values() as Iterable<Record<string, number | string>>) {
      const number = (name: string) => Number(stat[name] ?? 0);
      if (stat.type === 'outbound-rtp') sum.sentBytes += number('bytesSent');
      if (stat.type !== 'inbound-rtp') continue;
      if (stat.kind === 'video') {
        sum.videoBytes += number('bytesReceived');
        sum.framesDecoded += number('framesDecoded');
        sum.height = Math.max(sum.height, number('frameHeight'));
        sum.freezes += number('freezeCount');
        sum.frozenSeconds += number('totalFreezesDuration');
        sum.keyFrames += number('keyFramesDecoded');
        sum.nacks += number('nackCount');
        sum.plis += number('pliCount');
      } else {
        sum.audioBytes += number('bytesReceived');
        sum.audioSamples += number('totalSamplesReceived');
        sum.concealedSamples += number('concealedSamples') - number('silentConcealedSamples');
      }
    }
  }
  return sum;
}

/** Looks at a page twice a second until stopped. */
export class Sampler {
  readonly samples: Sample[] = [];
  private readonly begun = performance.now();
  private readonly ended: Promise<void>;
  private stopped = false;

  constructor(
    private readonly driver: Driver,
    private readonly everyMs = 500,
  ) {
    this.ended = this.run();
  }

  /** Seconds since sampling began. */
  now(): number {
    return (performance.now() - this.begun) / 1000;
  }

  async stop(): Promise<Sample[]> {
    this.stopped = true;
    await this.ended;
    return this.samples;
  }

  /** Waits until so many seconds after the beginning. */
  async until(second: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, (second - this.now()) * 1000)));
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const next = performance.now() + this.everyMs;
      const seen = await this.driver.evaluate(look, undefined);
      this.samples.push({ at: this.now(), ...seen });
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
    }
  }
}

type Counted = Exclude<keyof Sample, 'at' | 'height'>;

/** How much a count grew between two seconds. */
export function grown(samples: Sample[], what: Counted, from = 0, to = Infinity): number {
  const between = samples.filter(({ at }) => at >= from && at <= to);
  return (between.at(-1)?.[what] ?? 0) - (between[0]?.[what] ?? 0);
}

/** Bits per second between two seconds. */
export function bitrate(
  samples: Sample[],
  what: 'videoBytes' | 'audioBytes' | 'sentBytes',
  from: number,
  to: number,
): number {
  const between = samples.filter(({ at }) => at >= from && at <= to);
  const seconds = (between.at(-1)?.at ?? 0) - (between[0]?.at ?? 0);
  return seconds > 0 ? (8 * grown(between, what)) / seconds : 0;
}

/** How often the picture's size changed. */
export function switches(samples: Sample[], from = 0, to = Infinity): number {
  const heights = samples.filter(({ at }) => at >= from && at <= to).map(({ height }) => height);
  return heights.filter((height, index) => index > 0 && height !== heights[index - 1]).length;
}
