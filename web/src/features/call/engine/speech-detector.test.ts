import { expect, test } from 'vitest';
import { SpeechDetector } from './speech-detector';

/** Feeds levels at ten a second; tells whether the last was taken for speech. */
function hear(levels: number[]): boolean {
  const detector = new SpeechDetector();
  return levels.map((level, index) => detector.hear(level, index * 100)).at(-1) ?? false;
}

const room = (seconds: number, level = -62) => Array.from({ length: seconds * 10 }, () => level);

test('half a second of talk over a quiet room is speech', () => {
  expect(hear([...room(3), -30, -28, -33, -29, -31])).toBe(true);
});

test('a cough is not', () => {
  expect(hear([...room(3), -20, -25, ...room(1)])).toBe(false);
});

test('neither is a loud fan', () => {
  expect(hear([...room(2), ...room(12, -38)])).toBe(false);
});

test('nor a whisper of the machine below -50 dB', () => {
  expect(hear([...room(3, -90), ...room(2, -55)])).toBe(false);
});
