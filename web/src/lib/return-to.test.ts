import { expect, test } from 'vitest';
import { returnTo, withReturnTo } from './return-to';

test.each([
  ['/join/demo?x=1#y', '/join/demo?x=1#y'],
  ['/', '/'],
  ['//evil.example/a', '/sessions'],
  ['/\\evil.example', '/sessions'],
  ['https://evil.example', '/sessions'],
  ['javascript:alert(1)', '/sessions'],
  ['', '/sessions'],
])('after signing in "%s" leads to %s', (next, expected) => {
  expect(returnTo(new URLSearchParams({ next }))).toBe(expected);
});

test('the way back survives the trip', () => {
  const link = withReturnTo('/sign-in', '/join/demo?x=1&y=2');
  expect(returnTo(new URL(link, 'http://a.test').searchParams)).toBe('/join/demo?x=1&y=2');
});
