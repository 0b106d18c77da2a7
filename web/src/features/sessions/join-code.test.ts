import { expect, test } from 'vitest';
import { joinCodeIn } from './join-code';

test.each([
  ['demo', 'demo'],
  ['  k3x-9pq_A ', 'k3x-9pq_A'],
  ['https://mentor.example/join/k3x-9pq', 'k3x-9pq'],
  ['http://localhost:8080/join/demo?from=mail#top', 'demo'],
  ['Hi! Join me here: https://mentor.example/join/abc123. See you!', 'abc123'],
  ['', null],
  ['see you tomorrow', null],
  ['https://mentor.example/', null],
])('"%s" holds the code %s', (text, expected) => {
  expect(joinCodeIn(text)).toBe(expected);
});
