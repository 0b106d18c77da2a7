import { api } from '@/api/api';
import type { MentorReviews, Review } from '@/api/types';

const reviewsApi = api.enhanceEndpoints({ addTagTypes: ['Reviews'] }).injectEndpoints({
  endpoints: (build) => ({
    mentorReviews: build.infiniteQuery<MentorReviews, string, string | null>({
      infiniteQueryOptions: {
        initialPageParam: null,
        getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
      },
      query: ({ queryArg: slug, pageParam }) => ({
        url: `/mentors/${encodeURIComponent(slug)}/reviews`,
        params: { cursor: pageParam ?? undefined },
      }),
      extraOptions: { unauthenticated: 'guest' },
      providesTags: ['Reviews'],
    }),
    replyToReview: build.mutation<Review, { review: string; text: string }>({
      query: ({ review, text }) => ({
        url: `/reviews/${review}/reply`,
        method: 'PUT',
        body: { text },
      }),
      invalidatesTags: (result) => (result ? ['Reviews'] : []),
    }),
    reportReview: build.mutation<null, { review: string; reason: string }>({
      query: ({ review, reason }) => ({
        url: `/reviews/${review}/reports`,
        method: 'POST',
        body: { reason },
      }),
    }),
  }),
});

export const { useMentorReviewsInfiniteQuery, useReplyToReviewMutation, useReportReviewMutation } =
  reviewsApi;
