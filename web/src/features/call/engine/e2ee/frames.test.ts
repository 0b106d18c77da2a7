import { beforeAll, describe, expect, it } from 'vitest';
import { clearBytes, Opener, Sealer } from './frames';
import { importBaseKey } from './sframe';

type Bytes = Uint8Array<ArrayBuffer>;

/** A VP8 keyframe of 1280 by 720 and a delta frame; Opus has no header of its own to keep. */
const KEYFRAME = Uint8Array.from([
  0x50, 0x2a, 0x01, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02, 1, 2, 3, 4, 5,
]);
const DELTA = Uint8Array.from([0x51, 0x2a, 0x01, 6, 7, 8, 9]);
const OPUS = Uint8Array.from([0x78, 1, 2, 3]);

const key = (first: number) =>
  importBaseKey(Uint8Array.from({ length: 16 }, (_, index) => first + index));

let ours: CryptoKey;
let theirs: CryptoKey;
beforeAll(async () => {
  [ours, theirs] = await Promise.all([key(0), key(100)]);
});

async function sealed(sealer: Sealer, frame: Bytes): Promise<Bytes> {
  const made = await sealer.seal(frame);
  if (!made) throw new Error('not sealed');
  return made;
}

/** Whether the bytes of `part` stand anywhere in `whole`. */
const holds = (whole: Bytes, part: Bytes) => whole.join().includes(part.join());

describe('an encrypted frame', () => {
  it.each([
    ['keyframe', 'video', KEYFRAME, 10],
    ['delta frame', 'video', DELTA, 1],
    ['Opus packet', 'audio', OPUS, 0],
  ] as const)('of a %s keeps what forwarding needs, and no more', async (_, kind, frame, clear) => {
    const made = await sealed(new Sealer(kind, ours), frame);
    expect(clearBytes(kind, made)).toBe(clear);
    expect([...made.subarray(0, clear)]).toEqual([...frame.subarray(0, clear)]);
    expect(holds(made, frame.subarray(clear))).toBe(false);
    expect(await new Opener(kind, ours).open(made)).toEqual({ frame });
  });

  it('differs each time, also between runs with the same key', async () => {
    const [one, two] = [new Sealer('audio', ours), new Sealer('audio', ours)];
    const made = [await sealed(one, OPUS), await sealed(one, OPUS), await sealed(two, OPUS)];
    expect(new Set(made.map((frame) => frame.join())).size).toBe(3);
  });

  it('does not open when any byte of it was changed, the readable ones included', async () => {
    const made = await sealed(new Sealer('video', ours), KEYFRAME);
    for (let at = 0; at < made.length; at += 1) {
      const changed = made.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(await new Opener('video', ours).open(changed)).toBe('undecryptable');
    }
  });

  it('does not open with another key, and opens after that with the right one', async () => {
    const made = await sealed(new Sealer('video', ours), DELTA);
    expect(await new Opener('video', theirs).open(made)).toBe('undecryptable');
    expect(await new Opener('video', ours).open(made)).toEqual({ frame: DELTA });
  });

  it('opens once: a replay is refused, reordering is not', async () => {
    const sealer = new Sealer('audio', ours);
    const opener = new Opener('audio', ours);
    const [first, second] = [await sealed(sealer, OPUS), await sealed(sealer, OPUS)];
    expect(await opener.open(second)).toEqual({ frame: OPUS });
    expect(await opener.open(first)).toEqual({ frame: OPUS });
    expect(await opener.open(first)).toBe('repeated');
    expect(await opener.open(second)).toBe('repeated');
  });

  it('that is forged does not make the genuine one a replay', async () => {
    const opener = new Opener('audio', ours);
    const made = await sealed(new Sealer('audio', ours), OPUS);
    const forged = made.slice();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(await opener.open(forged)).toBe('undecryptable');
    expect(await opener.open(made)).toEqual({ frame: OPUS });
  });

  it('that is cut short or plain is refused, whatever its length', async () => {
    for (const kind of ['audio', 'video'] as const) {
      const made = await sealed(new Sealer(kind, ours), KEYFRAME);
      const opener = new Opener(kind, ours);
      for (let length = 0; length < made.length; length += 1) {
        expect(await opener.open(made.slice(0, length))).toBe('undecryptable');
      }
      for (const plain of [KEYFRAME, DELTA, OPUS]) {
        expect(await opener.open(plain)).toBe('undecryptable');
      }
    }
  });

  it('is never made out of noise', async () => {
    const opener = new Opener('video', ours);
    for (let length = 0; length < 400; length += 1) {
      // Half of it with the header's first byte promising the longest key id and counter.
      const noise = crypto.getRandomValues(new Uint8Array(length % 80));
      if (length % 2 === 0 && noise.length > 1) noise.set([0x01, 0xff]);
      expect(await opener.open(noise)).toBe('undecryptable');
    }
  });

  it('of several people who take turns in a slot opens for each', async () => {
    const opener = new Opener('audio', ours);
    const people = Array.from({ length: 12 }, () => new Sealer('audio', ours));
    for (const sealer of [...people, ...people]) {
      expect(await opener.open(await sealed(sealer, OPUS))).toEqual({ frame: OPUS });
    }
  });

  it('is not made of what is no frame', async () => {
    expect(await new Sealer('video', ours).seal(KEYFRAME.slice(0, 9))).toBeNull();
    expect(await new Sealer('video', ours).seal(new Uint8Array(0))).toBeNull();
    expect(await new Sealer('audio', ours).seal(new Uint8Array(0))).toBeNull();
  });
});
