import { api } from '@/api/api';
import type { FoundMentors } from '@/api/types';

/** What is searched for; empty means anything. The same names stand in the address of the page. */
export interface Search {
  q: string;
  skill: string;
  language: string;
}

const discoveryApi = api.injectEndpoints({
  endpoints: (build) => ({
    mentors: build.infiniteQuery<FoundMentors, Search, string | null>({
      infiniteQueryOptions: {
        initialPageParam: null,
        getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
      },
      query: ({ queryArg: { q, skill, language }, pageParam }) => ({
        url: '/mentors',
        params: {
          q: q || undefined,
          skill: skill || undefined,
          language: language || undefined,
          cursor: pageParam ?? undefined,
        },
      }),
    }),
  }),
});

export const { useMentorsInfiniteQuery } = discoveryApi;
