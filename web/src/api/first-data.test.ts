import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => vi.resetModules());
afterEach(() => {
  document.body.innerHTML = '';
});

async function withData(data: string) {
  const element = document.createElement('script');
  element.type = 'application/json';
  element.id = 'first-data';
  element.textContent = data;
  document.body.append(element);
  return (await import('./first-data')).takeFirstData;
}

test('an answer that came with the page is given once', async () => {
  const take = await withData('{"/mentors?language=en&q=a+b":{"items":[]}}');
  const params = { q: 'a b', skill: undefined, language: 'en' };
  expect(take('/mentors')).toBeUndefined();
  expect(take('/mentors', params)).toEqual({ items: [] });
  expect(take('/mentors', params)).toBeUndefined();
});

test('a page without data, or with something else, has no answers', async () => {
  for (const text of ['', 'nonsense', 'null']) {
    document.body.innerHTML = '';
    vi.resetModules();
    const take = await withData(text);
    expect(take('/mentors')).toBeUndefined();
  }
});
