import type { BaseQueryFn } from '@reduxjs/toolkit/query';
import axios, { type AxiosInstance, type AxiosRequestConfig, isAxiosError, isCancel } from 'axios';
import { noteServerTime } from '@/lib/server-clock';
import { API_URL } from './config';
import { takeFirstData } from './first-data';
import { loginIsAbsent, noteLogin } from './login-hint';
import { networkProblem, parseProblem, type Problem } from './problem';

export interface Request {
  url: string;
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  params?: Record<string, string | number | undefined>;
  /** What the answer is taken as; JSON unless said otherwise. */
  responseType?: 'blob';
  headers?: Record<string, string>;
}

export interface RequestOptions {
  /**
   * What a 401 means. `refresh` (the default): renew the login and ask once more. `guest`: the same, and when
   * there is no login to renew ask once more without one. `final`: the answer stands.
   */
  unauthenticated?: 'refresh' | 'guest' | 'final';
}

/** Axios with the login's HTTP-only cookies. */
export const http = axios.create({
  baseURL: `${API_URL}/api`,
  withCredentials: true,
  timeout: 20_000,
});

async function send(client: AxiosInstance, request: AxiosRequestConfig) {
  try {
    const answer = await client.request<unknown>(request);
    noteServerTime(answer.headers.date);
    return { data: answer.data ?? null };
  } catch (error) {
    if (isAxiosError<unknown>(error) && error.response) {
      const { status, data, headers } = error.response;
      return { error: parseProblem(status, await told(data), headers['retry-after']) };
    }
    if (isAxiosError(error) || isCancel(error)) return { error: networkProblem };
    throw error;
  }
}

/** A problem is JSON, whatever was asked for. */
async function told(data: unknown): Promise<unknown> {
  if (!(data instanceof Blob)) return data;
  try {
    return JSON.parse(await data.text()) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * A base query that renews an expired login once and repeats the request. Requests that fail together
 * share one renewal, and tabs of one browser take turns, because a refresh token is good for one use.
 */
export function axiosBaseQuery(
  client: AxiosInstance,
): BaseQueryFn<Request, unknown, Problem, RequestOptions> {
  let renewal: Promise<boolean> | null = null;

  const refresh = async () => {
    if (loginIsAbsent()) return false;
    const { error } = await send(client, { url: '/accounts/refresh', method: 'POST', data: {} });
    if (error?.status === 401) noteLogin('absent');
    return !error;
  };
  const renew = (): Promise<boolean> => {
    renewal ??= inTurn(refresh).finally(() => {
      renewal = null;
    });
    return renewal;
  };

  return async (
    { url, method = 'GET', body, params, responseType, headers = {} },
    { signal },
    options,
  ) => {
    const came = method === 'GET' ? takeFirstData(url, params) : undefined;
    if (came !== undefined) return { data: came };
    const request: AxiosRequestConfig = { url, method, data: body, params, headers, signal };
    if (responseType) request.responseType = responseType;
    const first = await send(client, request);
    const policy = options?.unauthenticated ?? 'refresh';
    if (first.error?.status !== 401 || policy === 'final') return first;
    const renewed = await renew();
    return renewed || policy === 'guest' ? send(client, request) : first;
  };
}

async function inTurn(task: () => Promise<boolean>): Promise<boolean> {
  // Locks exist in secure contexts only, whatever the types say; elsewhere the server's short retry
  // window covers tabs.
  const locks = navigator.locks as LockManager | null | undefined;
  if (!locks) return task();
  return locks.request<Promise<boolean>>('facementor.refresh', task);
}
