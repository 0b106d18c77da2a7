import { type RoomKey, roomKeyBytes } from '@/lib/room-key';
import { Emitter } from '../emitter';
import type { Kind } from '../protocol';
import type { Ready, Told, TransformOptions, Word } from './messages';

/** How a call is encrypted. */
export type EncryptionMode =
  | { kind: 'in-transit' }
  /** Without a key nothing is sent and nothing can be seen or heard. */
  | { kind: 'end-to-end'; key: RoomKey | null };

interface Events extends Record<string, unknown> {
  told: Told;
}

/** What a peer connection needs to encrypt: a transform on everything it sends and receives. */
export interface Transforms {
  sending(sender: RTCRtpSender, kind: Kind): void;
  receiving(receiver: RTCRtpReceiver, kind: Kind, slot: number): void;
}

/**
 * End-to-end encryption of a call's media: a worker seals every frame before it is put into packets and opens it after,
 * with a key that the server never has. A transform is there before its first frame or not at all: `ready` comes first.
 */
export class Encryption extends Emitter<Events> implements Transforms {
  /** Rejects when the worker cannot be had; nothing may be sent then. */
  readonly ready: Promise<void>;
  private readonly worker: Worker;
  private readonly key: Uint8Array<ArrayBuffer> | null;

  constructor(key: RoomKey | null) {
    super();
    this.key = key === null ? null : roomKeyBytes(key);
    this.worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.ready = new Promise((resolve, reject) => {
      this.worker.onerror = () => reject(new Error('the encryption worker did not start'));
      this.worker.onmessage = ({ data }: MessageEvent<Told | Ready>) => {
        if (data === 'ready') resolve();
        else this.emit('told', data);
      };
    });
    // Whoever waits for it hears of it.
    this.ready.catch(() => undefined);
  }

  sending(sender: RTCRtpSender, kind: Kind): void {
    sender.transform = this.transform({ role: 'send', kind, key: this.key });
  }

  receiving(receiver: RTCRtpReceiver, kind: Kind, slot: number): void {
    receiver.transform = this.transform({ role: 'receive', kind, slot, key: this.key });
  }

  /** Somebody else is in this slot: tell anew how decrypting goes. */
  forget(slot: number): void {
    this.worker.postMessage({ forget: slot } satisfies Word);
  }

  close(): void {
    this.worker.terminate();
  }

  private transform(options: TransformOptions): RTCRtpScriptTransform {
    return new RTCRtpScriptTransform(this.worker, options);
  }
}
