import { expect, it } from 'vitest';
import { newRoomKey } from '@/lib/room-key';
import { safetyNumber } from './safety-number';

it('is twenty digits, the same for the same key and another for another', async () => {
  const key = newRoomKey();
  expect(await safetyNumber(key)).toMatch(/^\d{5}( \d{5}){3}$/u);
  expect(await safetyNumber(key)).toBe(await safetyNumber(key));
  expect(await safetyNumber(newRoomKey())).not.toBe(await safetyNumber(key));
});
