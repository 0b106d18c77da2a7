import type { Kind } from '../protocol';

/** What a transform is told when it is made. Without a key it lets nothing through. */
export type TransformOptions = { key: Uint8Array<ArrayBuffer> | null; kind: Kind } & (
  { role: 'send' } | { role: 'receive'; slot: number }
);

/** From the worker: how decrypting a slot goes, when that changes. */
export interface Told {
  slot: number;
  kind: Kind;
  decryption: 'working' | 'failing';
}

/** From the worker once, when it takes transforms. */
export type Ready = 'ready';

/** To the worker: somebody else is in this slot. */
export interface Word {
  forget: number;
}
