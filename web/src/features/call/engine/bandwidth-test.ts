import type { Pass } from './signaling-client';

/** Bits per second each way. */
export interface Bandwidth {
  down: number;
  up: number;
}

/** What a network carries this long is what it carries; product decision. */
const MEASURED_MS = 1_000;
/** Slower than that is no use for a call: what came until then tells enough. */
const PATIENCE_MS = 5_000;
const FIRST_BYTES = 64 * 1024;
/** The server's limits. */
const MOST_BYTES = { down: 4 * 1024 * 1024, up: 2 * 1024 * 1024 };

export interface BandwidthTestOptions {
  pass: () => Promise<Pass>;
  /** Ends it: the person joins. */
  signal?: AbortSignal;
  fetch?: typeof fetch;
  now?: () => number;
}

/**
 * Measures what the network carries to the server and from it, over HTTP, with the server that carries the call: some bytes
 * that tell how many more to ask for, then so many that it takes about a second.
 *
 * Rejects when the server does not answer, refuses, or `signal` aborts.
 */
export async function testBandwidth(options: BandwidthTestOptions): Promise<Bandwidth> {
  const { token, url } = await options.pass();
  const test = new Test(options, new URL('/api/network-test', url.replace(/^ws/u, 'http')), token);
  const down = await test.down(await test.down(FIRST_BYTES).then(bytesFor('down')));
  const up = await test.up(await test.up(FIRST_BYTES).then(bytesFor('up')));
  return { down, up };
}

/** How many bytes at that rate take about as long as a measurement should. */
function bytesFor(way: 'down' | 'up') {
  return (bitsPerSecond: number): number => {
    const bytes = Math.round((bitsPerSecond / 8) * (MEASURED_MS / 1000));
    return Math.min(MOST_BYTES[way], Math.max(FIRST_BYTES, bytes));
  };
}

class Test {
  private readonly fetch: typeof fetch;
  private readonly now: () => number;

  constructor(
    private readonly options: BandwidthTestOptions,
    private readonly url: URL,
    private readonly token: string,
  ) {
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.now = options.now ?? (() => performance.now());
  }

  /** Bits per second of the answer's body, from its first bytes on: the way there is not counted. */
  async down(bytes: number): Promise<number> {
    const answer = await this.ask(`?bytes=${String(bytes)}`, { method: 'GET' });
    const reader = answer.body?.getReader();
    if (!reader) throw new Error('no body');
    const first = await reader.read();
    const begun = this.now();
    let came = 0;
    for (let part = first; !part.done; part = await reader.read()) {
      if (part !== first) came += part.value.length;
      if (this.now() - begun > PATIENCE_MS) {
        void reader.cancel();
        break;
      }
    }
    const took = this.now() - begun;
    // All of it in one piece: faster than can be told.
    return came === 0 ? Infinity : rate(came, took);
  }

  /** Bits per second of a request's body, until its answer, which takes a round trip that small bodies know too. */
  async up(bytes: number): Promise<number> {
    const begun = this.now();
    await this.ask('', { method: 'POST', body: noise(bytes) });
    return rate(bytes, this.now() - begun);
  }

  private async ask(query: string, init: RequestInit): Promise<Response> {
    const answer = await this.fetch(`${this.url.href}${query}`, {
      ...init,
      cache: 'no-store',
      credentials: 'omit',
      headers: { authorization: `Bearer ${this.token}` },
      ...(this.options.signal ? { signal: this.options.signal } : {}),
    });
    if (!answer.ok) throw new Error(`refused: ${String(answer.status)}`);
    return answer;
  }
}

function rate(bytes: number, ms: number): number {
  return (bytes * 8 * 1000) / Math.max(ms, 1);
}

function noise(bytes: number): Blob {
  const part = crypto.getRandomValues(new Uint8Array(FIRST_BYTES));
  const parts = Array.from({ length: Math.ceil(bytes / FIRST_BYTES) }, () => part);
  return new Blob(parts).slice(0, bytes, 'application/octet-stream');
}
