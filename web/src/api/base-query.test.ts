import axios, { AxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { beforeEach, expect, test } from 'vitest';
import { axiosBaseQuery, type RequestOptions } from './base-query';
import { noteLogin } from './login-hint';

beforeEach(() => localStorage.clear());

type Answer = [status: number, body?: unknown] | 'no answer';

/** A server of a few lines: answers by what `handle` says and remembers what was asked. */
function world(handle: (path: string, calls: number) => Answer) {
  const asked: string[] = [];
  const client: AxiosInstance = axios.create({
    adapter: async (config: InternalAxiosRequestConfig) => {
      const path = config.url ?? '';
      asked.push(path);
      await Promise.resolve();
      const answer = handle(path, asked.filter((each) => each === path).length);
      if (answer === 'no answer') throw new AxiosError('offline', AxiosError.ERR_NETWORK, config);
      const [status, data] = answer;
      const response = { status, data, headers: {}, config, statusText: '' };
      if (status < 400) return response;
      throw new AxiosError('failed', 'ERR', config, null, response);
    },
  });
  const query = axiosBaseQuery(client);
  const ask = (url: string, options: RequestOptions = {}) =>
    query({ url }, { signal: new AbortController().signal } as never, options);
  return { asked, ask };
}

const unauthenticated: Answer = [401, { code: 'unauthenticated', detail: 'Sign in.' }];
const REFRESH = '/accounts/refresh';

test('an expired login is renewed once and the request repeated', async () => {
  const { ask, asked } = world((path, calls) =>
    path === REFRESH ? [200, {}] : calls === 1 ? unauthenticated : [200, 'mine'],
  );
  expect(await ask('/sessions')).toEqual({ data: 'mine' });
  expect(asked).toEqual(['/sessions', REFRESH, '/sessions']);
});

test('requests that fail together share one renewal', async () => {
  const { ask, asked } = world((path, calls) =>
    path === REFRESH ? [200, {}] : calls === 1 ? unauthenticated : [200, path],
  );
  const answers = await Promise.all([ask('/a'), ask('/b'), ask('/c')]);
  expect(answers.map(({ data }) => data)).toEqual(['/a', '/b', '/c']);
  expect(asked.filter((path) => path === REFRESH)).toHaveLength(1);
});

test('a second 401 stands: there is no loop', async () => {
  const { ask, asked } = world((path) => (path === REFRESH ? [200, {}] : unauthenticated));
  expect(await ask('/sessions')).toMatchObject({ error: { status: 401 } });
  expect(asked).toEqual(['/sessions', REFRESH, '/sessions']);
});

test('when the login cannot be renewed the first answer stands', async () => {
  const { ask, asked } = world(() => unauthenticated);
  expect(await ask('/sessions')).toMatchObject({
    error: { status: 401, code: 'unauthenticated', detail: 'Sign in.' },
  });
  expect(asked).toEqual(['/sessions', REFRESH]);
});

test('a browser without a login asks for a renewal only once', async () => {
  const { ask, asked } = world(() => unauthenticated);
  await ask('/me');
  await ask('/me');
  expect(asked).toEqual(['/me', REFRESH, '/me']);
  noteLogin('present');
  await ask('/me');
  expect(asked.slice(3)).toEqual(['/me', REFRESH]);
});

test('a renewal that got no answer does not count as being signed out', async () => {
  const { ask, asked } = world((path) => (path === REFRESH ? 'no answer' : unauthenticated));
  await ask('/me');
  await ask('/me');
  expect(asked).toEqual(['/me', REFRESH, '/me', REFRESH]);
});

test('a page that guests may see is asked for again as a guest', async () => {
  const { ask, asked } = world((path, calls) =>
    path === '/join/demo' && calls === 2 ? [200, 'hello guest'] : unauthenticated,
  );
  expect(await ask('/join/demo', { unauthenticated: 'guest' })).toEqual({ data: 'hello guest' });
  expect(asked).toEqual(['/join/demo', REFRESH, '/join/demo']);
});

test('wrong credentials are final', async () => {
  const { ask, asked } = world(() => [401, { code: 'credentials_wrong' }]);
  const answer = await ask('/accounts/log-in', { unauthenticated: 'final' });
  expect(answer).toMatchObject({ error: { code: 'credentials_wrong' } });
  expect(asked).toEqual(['/accounts/log-in']);
});

test('no answer becomes a problem with words', async () => {
  const { ask } = world(() => 'no answer');
  expect(await ask('/sessions')).toMatchObject({ error: { status: 0, code: 'network' } });
});

test('an empty answer is null, which RTK Query takes as data', async () => {
  const { ask } = world(() => [204]);
  expect(await ask('/accounts/log-out')).toEqual({ data: null });
});
