import { beforeEach, describe, expect, it } from 'vitest';
import {
  fragmentOf,
  newRoomKey,
  rememberedRoomKey,
  rememberRoomKey,
  roomKeyBytes,
  roomKeyIn,
} from './room-key';

const KEY = 'AAECAwQFBgcICQoLDA0ODw';

describe('a room key', () => {
  beforeEach(() => localStorage.clear());

  it('is sixteen random bytes, and new each time', () => {
    expect(roomKeyBytes(newRoomKey())).toHaveLength(16);
    expect(newRoomKey()).not.toBe(newRoomKey());
    expect([...roomKeyBytes(KEY)]).toEqual(Array.from({ length: 16 }, (_, index) => index));
  });

  it.each([
    [`#k=${KEY}`, KEY],
    [`https://mentor.test/join/abc#k=${KEY}`, KEY],
    [`Come in: https://mentor.test/join/abc#k=${KEY}, at two.`, KEY],
    [`#x=1&k=${KEY}`, KEY],
    ['', null],
    ['#k=', null],
    [`#k=${KEY.slice(1)}`, null],
    [`#k=${KEY}A`, null],
    [`?k=${KEY}`, null],
  ])('in %j is %j', (text, key) => {
    expect(roomKeyIn(text)).toBe(key);
  });

  it('made here is found in the link it makes', () => {
    for (let round = 0; round < 200; round += 1) {
      const key = newRoomKey();
      expect(roomKeyIn(fragmentOf(key))).toBe(key);
    }
  });

  it('is remembered for its session alone, the last one given', () => {
    rememberRoomKey('one', KEY);
    const later = newRoomKey();
    rememberRoomKey('two', KEY);
    rememberRoomKey('one', later);
    expect([rememberedRoomKey('one'), rememberedRoomKey('two')]).toEqual([later, KEY]);
    expect(rememberedRoomKey('three')).toBeNull();
  });

  it('is not believed when the store was tampered with', () => {
    localStorage.setItem('facementor.room-keys', '[["one","short"],7,["one"]]');
    expect(rememberedRoomKey('one')).toBeNull();
    localStorage.setItem('facementor.room-keys', 'no json');
    expect(rememberedRoomKey('one')).toBeNull();
  });
});
