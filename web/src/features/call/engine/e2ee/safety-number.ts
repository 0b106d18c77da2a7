import { type RoomKey, roomKeyBytes } from '@/lib/room-key';
import { ascii, expand, importBaseKey } from './sframe';

const GROUPS = 4;

/**
 * What people read to each other to know that they have the same key: HKDF-SHA-256 of it with the info
 * `FaceMentor 1.0 Safety number`, 20 bytes, each 5 as a big-endian number modulo 100,000. Another key with a given number
 * takes some 2^66 tries.
 */
export async function safetyNumber(key: RoomKey): Promise<string> {
  const base = await importBaseKey(roomKeyBytes(key));
  const bytes = await expand(base, ascii('FaceMentor 1.0 Safety number'), GROUPS * 40);
  return Array.from({ length: GROUPS }, (_, group) => {
    const part = bytes.subarray(group * 5, group * 5 + 5);
    const number = part.reduce((sum, byte) => sum * 256 + byte, 0);
    return String(number % 100_000).padStart(5, '0');
  }).join(' ');
}
