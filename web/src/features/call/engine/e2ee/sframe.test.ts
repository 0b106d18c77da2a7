import { describe, expect, it } from 'vitest';
import {
  deriveStreamKey,
  importBaseKey,
  join,
  open,
  readHeader,
  seal,
  writeHeader,
} from './sframe';

const bytes = (hex: string) =>
  Uint8Array.from(hex.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data: Uint8Array) =>
  [...data].map((byte) => byte.toString(16).padStart(2, '0')).join('');

describe('SFrame', () => {
  it('seals and opens what RFC 9605 says for AES_128_GCM_SHA256_128 (appendix C.3)', async () => {
    const key = await deriveStreamKey(
      await importBaseKey(bytes('000102030405060708090a0b0c0d0e0f')),
      0x123n,
    );
    const metadata = bytes('4945544620534672616d65205747');
    const plaintext = bytes('64726166742d696574662d736672616d652d656e63');
    expect(hex(key.salt)).toBe('75234edefe07819026751816');
    const sealed = await seal(key, { keyId: 0x123n, counter: 0x4567n }, metadata, plaintext);
    expect(hex(sealed)).toBe(
      '9901234567b7412c2513a1b66dbb48841bbaf17f598751176ad847681a69c6d0b091c07018ce4adb34eb',
    );
    const header = readHeader(sealed);
    expect(header).toEqual({ keyId: 0x123n, counter: 0x4567n, length: 5 });
    const opened = header && (await open(key, header, metadata, sealed));
    expect(opened && hex(opened)).toBe(hex(plaintext));
  });

  it.each([
    [0n, 0n, '00'],
    [7n, 7n, '77'],
    [8n, 0n, '8008'],
    [0n, 255n, '08ff'],
    [0x1ffn, 0xaan, '9801ffaa'],
    [0xffffffffffffffffn, 0x100000000n, 'fcffffffffffffffff0100000000'],
  ])('writes key id %d and counter %d as %s, and reads them back', (keyId, counter, expected) => {
    const header = writeHeader(keyId, counter);
    expect(hex(header)).toBe(expected);
    expect(readHeader(join(header, bytes('abcd')))).toEqual({
      keyId,
      counter,
      length: header.length,
    });
  });

  it.each([
    ['nothing', ''],
    ['a key id cut off', '8f'],
    ['a counter cut off', '0f0102'],
    ['a key id written longer than need be', '900008'],
    ['a counter that belongs in the config byte', '0807'],
  ])('reads no header from %s', (_, text) => {
    expect(readHeader(bytes(text))).toBeNull();
  });
});
