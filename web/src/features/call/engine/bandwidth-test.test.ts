import { describe, expect, it } from 'vitest';
import { testBandwidth } from './bandwidth-test';
import { expectedQuality } from './expected-quality';
import type { MediaParameters } from './protocol';

/** A server at the end of a link that carries so many bits per second, on a clock of its own. */
class FakeNetwork {
  now = 0;
  readonly asked: string[] = [];

  constructor(
    private readonly down: number,
    private readonly up: number,
    private readonly roundTripMs: number,
  ) {}

  readonly fetch = ((input: string, init: RequestInit) => {
    this.now += this.roundTripMs;
    if (init.method === 'POST') {
      const { size } = init.body as Blob;
      this.asked.push(`up ${String(size)}`);
      this.now += (size * 8 * 1000) / this.up;
      return Promise.resolve(new Response(null, { status: 204 }));
    }
    const bytes = Number(new URL(input).searchParams.get('bytes'));
    this.asked.push(`down ${String(bytes)}`);
    let left = bytes;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          const size = Math.min(left, 16 * 1024);
          if (size === 0) return controller.close();
          left -= size;
          this.now += (size * 8 * 1000) / this.down;
          controller.enqueue(new Uint8Array(size));
        },
      },
      { highWaterMark: 0 },
    );
    return Promise.resolve(new Response(body, { headers: { 'content-length': String(bytes) } }));
  }) as typeof fetch;
}

const run = (network: FakeNetwork) =>
  testBandwidth({
    pass: () => Promise.resolve({ token: 'token', url: 'ws://meet.test/signaling' }),
    fetch: network.fetch,
    now: () => network.now,
  });

describe('the bandwidth test', () => {
  it('finds what a link carries each way, and asks for no more than about a second of it', async () => {
    const network = new FakeNetwork(6_000_000, 1_200_000, 40);
    const found = await run(network);
    expect(found.down / 6_000_000).toBeCloseTo(1, 1);
    expect(found.up / 1_200_000).toBeGreaterThan(0.9);
    expect(network.now).toBeLessThan(4_000);
  });

  it('takes what came on a very slow link', async () => {
    const network = new FakeNetwork(64_000, 1_000_000, 40);
    const found = await run(network);
    expect(found.down / 64_000).toBeCloseTo(1, 1);
    expect(network.now).toBeLessThan(20_000);
  });

  it('asks a fast link for no more than the server gives', async () => {
    const network = new FakeNetwork(1e9, 1e9, 1);
    await run(network);
    expect(network.asked[1]).toBe('down 4194304');
    expect(network.asked[3]).toBe('up 2097152');
  });

  it('rejects where the server refuses', async () => {
    const refusing = (() => Promise.resolve(new Response(null, { status: 429 }))) as typeof fetch;
    const pass = () => Promise.resolve({ token: '', url: 'ws://meet.test/signaling' });
    await expect(testBandwidth({ pass, fetch: refusing })).rejects.toThrow('429');
  });
});

describe('the expected quality', () => {
  const media = {
    camera: {
      encodings: [
        { rid: 'q', max_bitrate_bps: 150_000 },
        { rid: 'h', max_bitrate_bps: 400_000 },
        { rid: 'f', max_bitrate_bps: 1_700_000 },
      ],
    },
  } as unknown as MediaParameters;

  it.each([
    [10_000_000, 10_000_000, 'best', 'best'],
    [2_400_000, 2_400_000, 'medium', 'best'],
    [800_000, 800_000, 'small', 'medium'],
    [1_000_000, 1_000_000, 'medium', 'medium'],
    [400_000, 400_000, 'small', 'small'],
    [200_000, 200_000, 'sound', 'sound'],
    [90_000, 64_000, 'none', 'none'],
  ])('of %i up and %i down', (up, down, seen, seeing) => {
    expect(expectedQuality({ up, down }, media)).toEqual({ seen, seeing });
  });
});
