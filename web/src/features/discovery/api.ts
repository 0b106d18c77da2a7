import { api } from '@/api/api';
import type { FoundMentors } from '@/api/types';
import { FIELDS, type Search } from './search';

const discoveryApi = api.injectEndpoints({
  endpoints: (build) => ({
    mentors: build.infiniteQuery<FoundMentors, Search, string | null>({
      infiniteQueryOptions: {
        initialPageParam: null,
        getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
      },
      query: ({ queryArg: search, pageParam }) => ({
        url: '/mentors',
        params: {
          ...Object.fromEntries(FIELDS.map((field) => [field, search[field] || undefined])),
          cursor: pageParam ?? undefined,
        },
      }),
    }),
  }),
});

export const { useMentorsInfiniteQuery } = discoveryApi;
