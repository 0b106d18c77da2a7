/**
 * The key of an end-to-end encrypted session: 16 random bytes, in the fragment of its link as `#k=` and base64url. Browsers
 * never send a fragment, so the server never has it. This browser remembers it under the join code, for ways to the call
 * that do not go by the link.
 */

const KEY_BYTES = 16;
const STORE = 'facementor.room-keys';
/** The oldest are forgotten beyond this many. */
const KEPT = 100;

/** Bytes as the fragment carries them. */
export type RoomKey = string;

export function newRoomKey(): RoomKey {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** The key in a link, a line with a link in it, or a fragment; null when there is none. */
export function roomKeyIn(text: string): RoomKey | null {
  const found = /#(?:[^\s#]*&)?k=([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])/u.exec(text);
  return found?.[1] ?? null;
}

/** What goes behind a link; nothing without a key. */
export const fragmentOf = (key: RoomKey | null): string => (key === null ? '' : `#k=${key}`);

export function roomKeyBytes(key: RoomKey): Uint8Array<ArrayBuffer> {
  const binary = atob(key.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function rememberRoomKey(joinCode: string, key: RoomKey): void {
  const others = stored().filter(([code]) => code !== joinCode);
  try {
    localStorage.setItem(STORE, JSON.stringify([[joinCode, key], ...others].slice(0, KEPT)));
  } catch {
    // Storage is blocked: the link has to do.
  }
}

export function rememberedRoomKey(joinCode: string): RoomKey | null {
  return stored().find(([code]) => code === joinCode)?.[1] ?? null;
}

/** Whether this browser can encrypt calls: encoded transforms, and WebCrypto, which needs a secure page. */
export function canEncryptCalls(): boolean {
  return 'RTCRtpScriptTransform' in globalThis && globalThis.crypto?.subtle !== undefined;
}

function stored(): [code: string, key: RoomKey][] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORE) ?? '[]');
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is [string, RoomKey] {
  if (!Array.isArray(value)) return false;
  const [code, key] = value as unknown[];
  return typeof code === 'string' && typeof key === 'string' && roomKeyIn(fragmentOf(key)) === key;
}
