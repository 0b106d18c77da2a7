/**
 * SFrame (RFC 9605) with cipher suite AES_128_GCM_SHA256_128: header ‖ ciphertext ‖ 16-byte tag. Who seals draws a
 * random 64-bit key id for each stream, so that no two streams, nor two runs of one, ever share key and counter.
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** AES_128_GCM_SHA256_128 (RFC 9605 §8.1). */
const CIPHER_SUITE = 4;
const KEY_BITS = 128;
const SALT_BYTES = 12;
const TAG_BYTES = 16;
/** Config byte, key id and counter at their longest (§4.3). */
const HEADER_MAX = 17;

/** Bytes that sealing adds, at most. */
export const OVERHEAD_MAX = HEADER_MAX + TAG_BYTES;

export interface Header {
  keyId: bigint;
  counter: bigint;
  /** Its bytes. */
  length: number;
}

/** A stream's key, derived from the base key (§4.4.2). */
export interface StreamKey {
  key: CryptoKey;
  salt: Bytes;
}

/** The base key as WebCrypto takes it; its bytes cannot be read back. */
export function importBaseKey(bytes: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits']);
}

export async function deriveStreamKey(base: CryptoKey, keyId: bigint): Promise<StreamKey> {
  const suffix = new Uint8Array(10);
  const view = new DataView(suffix.buffer);
  view.setBigUint64(0, keyId);
  view.setUint16(8, CIPHER_SUITE);
  const [key, salt] = await Promise.all([
    expand(base, join(ascii('SFrame 1.0 Secret key '), suffix), KEY_BITS),
    expand(base, join(ascii('SFrame 1.0 Secret salt '), suffix), SALT_BYTES * 8),
  ]);
  const usages: KeyUsage[] = ['encrypt', 'decrypt'];
  return { key: await crypto.subtle.importKey('raw', key, 'AES-GCM', false, usages), salt };
}

/** `metadata` is authenticated, not carried. */
export async function seal(
  { key, salt }: StreamKey,
  { keyId, counter }: Omit<Header, 'length'>,
  metadata: Bytes,
  plaintext: Bytes,
): Promise<Bytes> {
  const header = writeHeader(keyId, counter);
  const algorithm = gcm(nonce(salt, counter), join(header, metadata));
  return join(header, new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plaintext)));
}

/** Null when it was not sealed with this key, or changed since. */
export async function open(
  { key, salt }: StreamKey,
  { counter, length }: Header,
  metadata: Bytes,
  frame: Bytes,
): Promise<Bytes | null> {
  if (frame.length < length + TAG_BYTES) return null;
  const algorithm = gcm(nonce(salt, counter), join(frame.subarray(0, length), metadata));
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, frame.subarray(length)));
  } catch {
    return null;
  }
}

/** RFC 9605 §4.3: values up to 7 are in the config byte, others follow it in as few bytes as hold them. */
export function writeHeader(keyId: bigint, counter: bigint): Bytes {
  const [keyBits, keyBytes] = field(keyId);
  const [counterBits, counterBytes] = field(counter);
  return Uint8Array.from([(keyBits << 4) | counterBits, ...keyBytes, ...counterBytes]);
}

/** Null for what is cut short, or written longer than need be. */
export function readHeader(frame: Bytes): Header | null {
  const config = frame[0];
  if (config === undefined) return null;
  const keyId = value(frame, 1, config >> 4);
  const counter = keyId && value(frame, keyId.end, config & 0x0f);
  if (!counter) return null;
  return { keyId: keyId.value, counter: counter.value, length: counter.end };
}

/** The four bits of a value in the config byte, and its bytes after it. */
function field(number: bigint): [bits: number, bytes: number[]] {
  if (number < 8n) return [Number(number), []];
  const bytes: number[] = [];
  for (let rest = number; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
  return [8 | (bytes.length - 1), bytes];
}

function value(frame: Bytes, at: number, bits: number): { value: bigint; end: number } | null {
  if (bits < 8) return { value: BigInt(bits), end: at };
  const end = at + (bits & 7) + 1;
  if (frame.length < end) return null;
  let number = 0n;
  for (const byte of frame.subarray(at, end)) number = (number << 8n) | BigInt(byte);
  // One way to write a value, so that one frame has one header.
  if (number < 8n || frame[at] === 0) return null;
  return { value: number, end };
}

/** §4.4.3: the salt, with the counter in its last bytes by exclusive or. */
function nonce(salt: Bytes, counter: bigint): Bytes {
  const made = salt.slice();
  const view = new DataView(made.buffer);
  view.setBigUint64(SALT_BYTES - 8, view.getBigUint64(SALT_BYTES - 8) ^ counter);
  return made;
}

const gcm = (iv: Bytes, additionalData: Bytes): AesGcmParams => ({
  name: 'AES-GCM',
  iv,
  additionalData,
  tagLength: TAG_BYTES * 8,
});

/** HKDF (RFC 5869) without a salt: what SFrame extracts and expands with. */
export async function expand(base: CryptoKey, info: Bytes, bits: number): Promise<Bytes> {
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, base, bits));
}

export const ascii = (text: string): Bytes => new TextEncoder().encode(text);

export function join(...parts: Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
