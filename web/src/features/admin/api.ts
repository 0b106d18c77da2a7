import { api } from '@/api/api';
import type { MentorApplication, MentorApplicationList } from '@/api/types';

const adminApi = api.enhanceEndpoints({ addTagTypes: ['Applications'] }).injectEndpoints({
  endpoints: (build) => ({
    mentorApplications: build.infiniteQuery<MentorApplicationList, void, string | null>({
      infiniteQueryOptions: {
        initialPageParam: null,
        getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
      },
      query: ({ pageParam }) => ({
        url: '/admin/mentor-applications',
        params: { cursor: pageParam ?? undefined },
      }),
      providesTags: ['Applications'],
    }),
    // Refused as decided before: the list on the page is old either way.
    approveApplication: build.mutation<MentorApplication, string>({
      query: (user) => ({ url: `/admin/mentor-applications/${user}/approve`, method: 'POST' }),
      invalidatesTags: ['Applications'],
    }),
    declineApplication: build.mutation<MentorApplication, { user: string; reason: string }>({
      query: ({ user, reason }) => ({
        url: `/admin/mentor-applications/${user}/decline`,
        method: 'POST',
        body: { reason },
      }),
      invalidatesTags: (result, error) => (result || error?.status === 409 ? ['Applications'] : []),
    }),
  }),
});

export const {
  useMentorApplicationsInfiniteQuery,
  useApproveApplicationMutation,
  useDeclineApplicationMutation,
} = adminApi;
