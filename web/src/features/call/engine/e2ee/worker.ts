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

/** Frames in a row that do not open before a slot is said to be undecryptable: one may be damaged. */
const PATIENCE = 5;

/** What was last told of a slot's kind; forgotten when somebody else is in the slot. */
const told = new Map<string, Told['decryption']>();

function tell(slot: number, kind: Kind, decryption: Told['decryption']): void {
  const key = `${slot}/${kind}`;
  if (told.get(key) === decryption) return;
  told.set(key, decryption);
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
  let failures = 0;
  return async (frame: EncodedFrame, out: TransformStreamDefaultController<EncodedFrame>) => {
    // Silence and padding come as empty frames in some browsers.
    if (frame.data.byteLength === 0) return;
    const opened = await opener.open(new Uint8Array(frame.data));
    if (opened === 'repeated') return;
    if (opened === 'undecryptable') {
      failures += 1;
      if (failures >= PATIENCE) tell(slot, kind, 'failing');
      return;
    }
    failures = 0;
    tell(slot, kind, 'working');
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
  for (const kind of ['audio', 'video']) told.delete(`${data.forget}/${kind}`);
};
scope.postMessage('ready');
