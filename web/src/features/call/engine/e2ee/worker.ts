import type { Kind } from '../protocol';
import { Opener, Sealer } from './frames';
import type { Ready, Told, TransformOptions, Word } from './messages';
import { importBaseKey } from './sframe';

/** What the DOM types lack of a worker's side of encoded transforms (W3C webrtc-encoded-transform §4). */
interface EncodedFrame {
  data: ArrayBuffer;
}
interface Transformer {
  readable: ReadableStream<EncodedFrame>;
  writable: WritableStream<EncodedFrame>;
  options: TransformOptions;
}
interface Scope {
  onrtctransform: ((event: { transformer: Transformer }) => void) | null;
  onmessage: ((event: MessageEvent<Word>) => void) | null;
  postMessage(told: Told | Ready): void;
}
const scope = self as unknown as Scope;

/**
 * Frames in a row that do not open before a slot is said to be undecryptable: a third of a second of sound. After a change
 * of who is in the slot the last of whoever was may still be on their way.
 */
const PATIENCE = 15;

/** How a slot's kind does; forgotten when somebody else is in the slot. */
interface Progress {
  failures: number;
  told: Told['decryption'] | null;
}
const progress = new Map<string, Progress>();

function note(slot: number, kind: Kind, opened: 'opened' | 'undecryptable'): void {
  const key = `${slot}/${kind}`;
  const known = progress.get(key) ?? { failures: 0, told: null };
  progress.set(key, known);
  known.failures = opened === 'opened' ? 0 : known.failures + 1;
  if (known.failures > 0 && known.failures < PATIENCE) return;
  const decryption = opened === 'opened' ? 'working' : 'failing';
  if (known.told === decryption) return;
  known.told = decryption;
  scope.postMessage({ slot, kind, decryption });
}

function sealing(kind: Kind, base: CryptoKey) {
  const sealer = new Sealer(kind, base);
  return async (frame: EncodedFrame, out: TransformStreamDefaultController<EncodedFrame>) => {
    const sealed = await sealer.seal(new Uint8Array(frame.data));
    if (!sealed) return;
    frame.data = sealed.buffer;
    out.enqueue(frame);
  };
}

function opening(slot: number, kind: Kind, base: CryptoKey) {
  const opener = new Opener(kind, base);
  return async (frame: EncodedFrame, out: TransformStreamDefaultController<EncodedFrame>) => {
    // Silence and padding come as empty frames in some browsers.
    if (frame.data.byteLength === 0) return;
    const opened = await opener.open(new Uint8Array(frame.data));
    if (opened === 'repeated') return;
    note(slot, kind, opened === 'undecryptable' ? opened : 'opened');
    if (opened === 'undecryptable') return;
    frame.data = opened.frame.buffer;
    out.enqueue(frame);
  };
}

/** Neither plaintext out nor ciphertext into a decoder. */
const dropping = () => () => undefined;

async function carry({ readable, writable, options }: Transformer): Promise<void> {
  const base = options.key && (await importBaseKey(options.key));
  const transform = !base
    ? dropping()
    : options.role === 'send'
      ? sealing(options.kind, base)
      : opening(options.slot, options.kind, base);
  await readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable);
}

scope.onrtctransform = ({ transformer }) => {
  // The stream ends with its connection.
  carry(transformer).catch(() => undefined);
};
scope.onmessage = ({ data }) => {
  for (const kind of ['audio', 'video']) progress.delete(`${data.forget}/${kind}`);
};
scope.postMessage('ready');
