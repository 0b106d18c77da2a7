import type { Kind } from '../protocol';
import { ReplayWindow } from './replay-window';
import {
  deriveStreamKey,
  type Header,
  join,
  open,
  readHeader,
  seal,
  type StreamKey,
} from './sframe';

type Bytes = Uint8Array<ArrayBuffer>;

/** A VP8 frame tag and, of keyframes, start code and size (RFC 6386 §9.1). */
const VP8_KEYFRAME_CLEAR = 10;
const VP8_DELTA_CLEAR = 1;
/** Streams whose keys a receiver keeps: a slot's source changes rarely, a hostile frame names what it likes. */
const STREAMS_KEPT = 8;

/** The codecs whose frames are laid out so that what forwards them needs no more than `clearBytes`. */
export const ENCRYPTED_CODECS: Record<Kind, readonly string[]> = {
  audio: ['opus'],
  video: ['VP8'],
};

/**
 * How many bytes of a frame stay readable. The server, and every depayloader, takes from a VP8 frame whether it is a
 * keyframe and how large; from Opus it takes nothing. They are authenticated.
 */
export function clearBytes(kind: Kind, frame: Bytes): number {
  if (kind === 'audio') return 0;
  const [tag] = frame;
  return tag !== undefined && (tag & 1) === 0 ? VP8_KEYFRAME_CLEAR : VP8_DELTA_CLEAR;
}

/** Encrypts the frames of one outgoing stream. */
export class Sealer {
  private readonly keyId = crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
  private readonly key: Promise<StreamKey>;
  private counter = 0n;

  constructor(
    private readonly kind: Kind,
    base: CryptoKey,
  ) {
    this.key = deriveStreamKey(base, this.keyId);
  }

  /** Clear bytes ‖ SFrame; null for a frame too short to be one of its codec. */
  async seal(frame: Bytes): Promise<Bytes | null> {
    const clear = clearBytes(this.kind, frame);
    if (frame.length < clear || frame.length === 0) return null;
    const { keyId, counter } = this;
    this.counter += 1n;
    const head = frame.subarray(0, clear);
    const sealed = await seal(await this.key, { keyId, counter }, head, frame.subarray(clear));
    return join(head, sealed);
  }
}

/** What became of an incoming frame. A repeated one says nothing about keys. */
export type Opened = { frame: Bytes } | 'undecryptable' | 'repeated';

interface Stream {
  key: StreamKey;
  window: ReplayWindow;
}

/** Decrypts what comes in one slot, whoever is in it. */
export class Opener {
  /** Only streams that proved to have the room's key, the last one heard last. */
  private readonly streams = new Map<bigint, Stream>();

  constructor(
    private readonly kind: Kind,
    private readonly base: CryptoKey,
  ) {}

  async open(frame: Bytes): Promise<Opened> {
    const clear = clearBytes(this.kind, frame);
    const sealed = frame.subarray(clear);
    const header = readHeader(sealed);
    if (!header) return 'undecryptable';
    const stream = await this.stream(header);
    if (!stream.window.accepts(header.counter)) return 'repeated';
    const head = frame.subarray(0, clear);
    const plaintext = await open(stream.key, header, head, sealed);
    if (!plaintext) return 'undecryptable';
    stream.window.mark(header.counter);
    this.keep(header.keyId, stream);
    return { frame: join(head, plaintext) };
  }

  private async stream({ keyId }: Header): Promise<Stream> {
    return (
      this.streams.get(keyId) ?? {
        key: await deriveStreamKey(this.base, keyId),
        window: new ReplayWindow(),
      }
    );
  }

  private keep(keyId: bigint, stream: Stream): void {
    this.streams.delete(keyId);
    this.streams.set(keyId, stream);
    if (this.streams.size <= STREAMS_KEPT) return;
    for (const oldest of this.streams.keys()) {
      this.streams.delete(oldest);
      return;
    }
  }
}
