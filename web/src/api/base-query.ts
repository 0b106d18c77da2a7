import type { BaseQueryFn } from '@reduxjs/toolkit/query';
import axios, { type AxiosInstance, type AxiosRequestConfig, isAxiosError, isCancel } from 'axios';
import { API_URL } from './config';
import { networkProblem, parseProblem, type Problem } from './problem';

export interface Request {
  url: string;
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  params?: Record<string, string | number | undefined>;
}

export interface RequestOptions {
  /** What a 401 means: `refresh` (the default) renews the login and asks once more; `final` lets it stand. */
  unauthenticated?: 'refresh' | 'final';
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
    return { data: answer.data ?? null };
  } catch (error) {
    if (isAxiosError<unknown>(error) && error.response) {
      const { status, data, headers } = error.response;
      return { error: parseProblem(status, data, headers['retry-after']) };
    }
    if (isAxiosError(error) || isCancel(error)) return { error: networkProblem };
    throw error;
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
    const { error } = await send(client, { url: '/accounts/refresh', method: 'POST', data: {} });
    return !error;
  };
  const renew = (): Promise<boolean> => {
    renewal ??= inTurn(refresh).finally(() => {
      renewal = null;
    });
    return renewal;
  };

  return async ({ url, method = 'GET', body, params }, { signal }, options) => {
    const request: AxiosRequestConfig = { url, method, data: body, params, signal };
    const first = await send(client, request);
    const mayRenew = (options?.unauthenticated ?? 'refresh') === 'refresh';
    if (first.error?.status !== 401 || !mayRenew) return first;
    return (await renew()) ? send(client, request) : first;
  };
}

async function inTurn(task: () => Promise<boolean>): Promise<boolean> {
  // Locks exist in secure contexts only; without them the server's short retry window covers tabs.
  if (!('locks' in navigator)) return task();
  return navigator.locks.request<Promise<boolean>>('facementor.refresh', task);
}
