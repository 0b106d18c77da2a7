import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { noteServerTime, serverNow } from './server-clock';

const NOON = Date.UTC(2026, 10, 28, 12);
const at = (ms: number) => new Date(ms).toUTCString();

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => {
  noteServerTime(at(Date.now()));
  vi.useRealTimers();
});

test('a clock that is an hour slow is put right', () => {
  noteServerTime(at(NOON + 3_600_000));
  expect(serverNow()).toBe(NOON + 3_600_000);
  vi.setSystemTime(NOON + 3_600_000);
  noteServerTime(at(NOON + 3_600_000));
  expect(serverNow()).toBe(NOON + 3_600_000);
});

test('a clock that is nearly right is believed', () => {
  noteServerTime(at(NOON - 2_000));
  expect(serverNow()).toBe(NOON);
});

test.each([undefined, null, '', 'soon', 7])('%j says nothing', (date) => {
  noteServerTime(date);
  expect(serverNow()).toBe(NOON);
});
