import { api } from '@/api/api';
import type { NewSession, Session, SessionPage } from '@/api/types';

const PAGE_SIZE = 20;

const sessionsApi = api.injectEndpoints({
  endpoints: (build) => ({
    sessions: build.infiniteQuery<SessionPage, void, string | null>({
      infiniteQueryOptions: {
        initialPageParam: null,
        getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
      },
      query: ({ pageParam }) => ({
        url: '/sessions',
        params: { limit: PAGE_SIZE, cursor: pageParam ?? undefined },
      }),
      providesTags: ['Session'],
    }),
    session: build.query<Session, string>({
      query: (id) => ({ url: `/sessions/${encodeURIComponent(id)}` }),
      providesTags: ['Session'],
    }),
    startSession: build.mutation<Session, NewSession>({
      query: (body) => ({ url: '/sessions', method: 'POST', body }),
      invalidatesTags: (result) => (result ? ['Session'] : []),
    }),
    endSession: build.mutation<Session, string>({
      query: (id) => ({ url: `/sessions/${encodeURIComponent(id)}/end`, method: 'POST', body: {} }),
      invalidatesTags: ['Session', 'Join'],
    }),
  }),
});

export const {
  useSessionsInfiniteQuery,
  useSessionQuery,
  useStartSessionMutation,
  useEndSessionMutation,
} = sessionsApi;
