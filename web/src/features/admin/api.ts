import { api } from '@/api/api';
import type {
  Attendance,
  AttendanceOutcome,
  DisputedBooking,
  Disputes,
  MentorApplication,
  MentorApplicationList,
  ModeratedReview,
  ModeratedReviews,
} from '@/api/types';

const adminApi = api
  .enhanceEndpoints({ addTagTypes: ['Applications', 'Disputes', 'ModeratedReviews'] })
  .injectEndpoints({
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
      approveApplication: build.mutation<MentorApplication, { user: string; version: number }>({
        query: ({ user, version }) => ({
          url: `/admin/mentor-applications/${user}/approve`,
          method: 'POST',
          body: { version },
        }),
        invalidatesTags: ['Applications'],
      }),
      declineApplication: build.mutation<MentorApplication, { user: string; reason: string }>({
        query: ({ user, reason }) => ({
          url: `/admin/mentor-applications/${user}/decline`,
          method: 'POST',
          body: { reason },
        }),
        invalidatesTags: (result, error) =>
          result || error?.status === 409 ? ['Applications'] : [],
      }),
      approvedMentors: build.infiniteQuery<MentorApplicationList, void, string | null>({
        infiniteQueryOptions: {
          initialPageParam: null,
          getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
        },
        query: ({ pageParam }) => ({
          url: '/admin/mentor-applications',
          params: { status: 'approved', cursor: pageParam ?? undefined },
        }),
        providesTags: ['Applications'],
      }),
      withdrawMentor: build.mutation<MentorApplication, { user: string; reason: string }>({
        query: ({ user, reason }) => ({
          url: `/admin/mentors/${user}/withdraw`,
          method: 'POST',
          body: { reason },
        }),
        invalidatesTags: (result, error) =>
          result || error?.status === 409 ? ['Applications'] : [],
      }),
      disputes: build.infiniteQuery<Disputes, void, string | null>({
        infiniteQueryOptions: {
          initialPageParam: null,
          getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
        },
        query: ({ pageParam }) => ({
          url: '/admin/disputes',
          params: { cursor: pageParam ?? undefined },
        }),
        providesTags: ['Disputes'],
      }),
      disputedAttendance: build.query<Attendance, string>({
        query: (booking) => ({ url: `/admin/disputes/${booking}/attendance` }),
      }),
      resolveDispute: build.mutation<
        DisputedBooking,
        { booking: string; reason: string; outcome: AttendanceOutcome | undefined }
      >({
        query: ({ booking, reason, outcome }) => ({
          url: `/admin/disputes/${booking}/${outcome ? 'overturn' : 'uphold'}`,
          method: 'POST',
          body: outcome ? { reason, outcome } : { reason },
        }),
        invalidatesTags: (result, error) => (result || error?.status === 409 ? ['Disputes'] : []),
      }),
      moderatedReviews: build.infiniteQuery<ModeratedReviews, 'reported' | 'hidden', string | null>(
        {
          infiniteQueryOptions: {
            initialPageParam: null,
            getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
          },
          query: ({ queryArg: queue, pageParam }) => ({
            url: '/admin/reviews',
            params: { queue, cursor: pageParam ?? undefined },
          }),
          providesTags: ['ModeratedReviews'],
        },
      ),
      moderateReview: build.mutation<
        ModeratedReview,
        { review: string; what: 'hide' | 'restore' | 'keep'; reason: string }
      >({
        query: ({ review, what, reason }) => ({
          url: `/admin/reviews/${review}/${what}`,
          method: 'POST',
          body: { reason },
        }),
        invalidatesTags: (result, error) =>
          result || error?.status === 409 ? ['ModeratedReviews'] : [],
      }),
    }),
  });

export const {
  useApprovedMentorsInfiniteQuery,
  useWithdrawMentorMutation,
  useModeratedReviewsInfiniteQuery,
  useModerateReviewMutation,
  useDisputesInfiniteQuery,
  useDisputedAttendanceQuery,
  useResolveDisputeMutation,
  useMentorApplicationsInfiniteQuery,
  useApproveApplicationMutation,
  useDeclineApplicationMutation,
} = adminApi;
