import { api } from '@/api/api';
import type {
  AgendaItem,
  Attendance,
  Booking,
  BookingReviews,
  Bookings,
  BookingSeries,
  CalendarFeed,
  MyReview,
  NewHold,
  NewSeries,
  NextOpenings,
  Offering,
  Openings,
  Wait,
} from '@/api/types';
import { rangesOf } from './days';
import type { Stretch } from './week';

const PAGE_SIZE = 50;

/** This one; of a series also those that follow; or everyone's of a group. */
export type CancelScope = 'this' | 'following' | 'session';

interface Cancelling {
  id: string;
  reason: string;
  scope: CancelScope;
}

const bookingApi = api
  .enhanceEndpoints({
    addTagTypes: [
      'Openings',
      'Booking',
      'CalendarFeed',
      'Offerings',
      'Availability',
      'Wait',
      'Reviews',
    ],
  })
  .injectEndpoints({
    endpoints: (build) => ({
      mentorOfferings: build.query<Offering[], string>({
        query: (slug) => ({ url: `/mentors/${encodeURIComponent(slug)}/offerings` }),
        transformResponse: ({ items }: { items: Offering[] }) => items,
        extraOptions: { unauthenticated: 'guest' },
        providesTags: ['Offerings'],
      }),
      /** The openings that a month of any zone may show. */
      openings: build.query<Openings, { offering: string; month: string }>({
        async queryFn({ offering, month }, _api, _options, query) {
          const url = `/offerings/${encodeURIComponent(offering)}/openings`;
          const parts = await Promise.all(
            rangesOf(month).map(async (params) => await query({ url, params: { ...params } })),
          );
          const answers: Openings[] = [];
          for (const { data, error } of parts) {
            if (error) return { error };
            answers.push(data as Openings);
          }
          const items = answers.flatMap((answer) => answer.items);
          const full = answers.flatMap((answer) => answer.full);
          return { data: { time_zone: answers[0]?.time_zone ?? 'UTC', items, full } };
        },
        extraOptions: { unauthenticated: 'guest' },
        providesTags: ['Openings'],
      }),
      /** The hours one can be booked in by one's rules. */
      myHours: build.query<Stretch[], { from_ms: number; until_ms: number }>({
        query: (params) => ({ url: '/me/availability/hours', params }),
        transformResponse: ({ items }: { items: Stretch[] }) => items,
        providesTags: ['Availability'],
      }),
      /** Of everything a mentor offers. */
      nextOpenings: build.query<NextOpenings, string>({
        query: (slug) => ({ url: `/mentors/${encodeURIComponent(slug)}/next-openings` }),
        extraOptions: { unauthenticated: 'guest' },
        providesTags: ['Openings'],
      }),
      bookings: build.infiniteQuery<Bookings, 'upcoming' | 'past', string | null>({
        infiniteQueryOptions: {
          initialPageParam: null,
          getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
        },
        query: ({ queryArg: when, pageParam }) => ({
          url: '/bookings',
          params: { when, limit: PAGE_SIZE, cursor: pageParam ?? undefined },
        }),
        providesTags: ['Booking'],
      }),
      /** One's sessions that touch a time, for the calendar. */
      agenda: build.query<AgendaItem[], { from_ms: number; until_ms: number }>({
        query: (params) => ({ url: '/me/agenda', params }),
        transformResponse: ({ items }: { items: AgendaItem[] }) => items,
        providesTags: ['Booking'],
      }),
      booking: build.query<Booking, string>({
        query: (id) => ({ url: `/bookings/${encodeURIComponent(id)}` }),
        providesTags: ['Booking'],
      }),
      calendarFeed: build.query<CalendarFeed, void>({
        query: () => ({ url: '/me/calendar-feed' }),
        providesTags: ['CalendarFeed'],
      }),
      renewCalendarFeed: build.mutation<CalendarFeed, void>({
        query: () => ({ url: '/me/calendar-feed', method: 'POST' }),
        invalidatesTags: ['CalendarFeed'],
      }),
      removeCalendarFeed: build.mutation<null, void>({
        query: () => ({ url: '/me/calendar-feed', method: 'DELETE' }),
        invalidatesTags: ['CalendarFeed'],
      }),
      bookingAttendance: build.query<Attendance, string>({
        query: (id) => ({ url: `/bookings/${encodeURIComponent(id)}/attendance` }),
        providesTags: ['Booking'],
      }),
      disputeBooking: build.mutation<Attendance, { id: string; reason: string }>({
        query: ({ id, reason }) => ({
          url: `/bookings/${encodeURIComponent(id)}/dispute`,
          method: 'POST',
          body: { reason },
        }),
        invalidatesTags: (result, error) => (result || error?.status === 409 ? ['Booking'] : []),
      }),
      bookingReviews: build.query<BookingReviews, string>({
        query: (id) => ({ url: `/bookings/${encodeURIComponent(id)}/review` }),
        providesTags: ['Booking'],
      }),
      writeReview: build.mutation<MyReview, { booking: string; rating: number; text: string }>({
        query: ({ booking, rating, text }) => ({
          url: `/bookings/${encodeURIComponent(booking)}/review`,
          method: 'PUT',
          body: { rating, text },
        }),
        invalidatesTags: (result) => (result ? ['Booking', 'Reviews'] : []),
      }),
      /** Keeps a time while its questions are answered. */
      holdOpening: build.mutation<Booking, NewHold>({
        query: (body) => ({ url: '/bookings/holds', method: 'POST', body }),
        invalidatesTags: ['Openings'],
      }),
      book: build.mutation<Booking, NewHold>({
        query: (body) => ({ url: '/bookings', method: 'POST', body }),
        invalidatesTags: ['Booking', 'Openings', 'Wait'],
      }),
      confirmBooking: build.mutation<Booking, { id: string; answers: string[] }>({
        query: ({ id, answers }) => ({
          url: `/bookings/${encodeURIComponent(id)}/confirm`,
          method: 'POST',
          body: { answers },
        }),
        invalidatesTags: ['Booking', 'Openings', 'Wait'],
      }),
      /** Confirms a hold as the first of a series. */
      confirmSeries: build.mutation<BookingSeries, { id: string; body: NewSeries }>({
        query: ({ id, body }) => ({
          url: `/bookings/${encodeURIComponent(id)}/series`,
          method: 'POST',
          body,
        }),
        invalidatesTags: ['Booking', 'Openings', 'Wait'],
      }),
      series: build.query<BookingSeries, string>({
        query: (id) => ({ url: `/series/${encodeURIComponent(id)}` }),
        providesTags: ['Booking'],
      }),
      releaseBooking: build.mutation<Booking, string>({
        query: (id) => ({ url: `/bookings/${encodeURIComponent(id)}/release`, method: 'POST' }),
        invalidatesTags: ['Booking', 'Openings', 'Wait'],
      }),
      cancelBooking: build.mutation<Booking, Cancelling>({
        query: ({ id, reason, scope }) => ({
          url: `/bookings/${encodeURIComponent(id)}/cancel`,
          method: 'POST',
          body: { reason, scope },
        }),
        invalidatesTags: ['Booking', 'Openings', 'Wait'],
      }),
      moveBooking: build.mutation<Booking, { id: string; starts_at_ms: number; reason: string }>({
        query: ({ id, ...body }) => ({
          url: `/bookings/${encodeURIComponent(id)}/reschedule`,
          method: 'POST',
          body,
        }),
        invalidatesTags: ['Booking', 'Openings'],
      }),
      waits: build.query<Wait[], void>({
        query: () => ({ url: '/waitlist' }),
        transformResponse: ({ items }: { items: Wait[] }) => items,
        providesTags: ['Wait'],
      }),
      joinWaitlist: build.mutation<Wait, NewHold>({
        query: (body) => ({ url: '/waitlist', method: 'POST', body }),
        invalidatesTags: ['Wait', 'Openings'],
      }),
      leaveWaitlist: build.mutation<void, string>({
        query: (id) => ({ url: `/waitlist/${encodeURIComponent(id)}`, method: 'DELETE' }),
        invalidatesTags: ['Wait', 'Booking', 'Openings'],
      }),
      propose: build.mutation<Booking, { id: string; starts_at_ms: number[]; note: string }>({
        query: ({ id, ...body }) => ({
          url: `/bookings/${encodeURIComponent(id)}/proposal`,
          method: 'POST',
          body,
        }),
        invalidatesTags: ['Booking', 'Openings'],
      }),
      acceptProposal: build.mutation<Booking, { id: string; starts_at_ms: number }>({
        query: ({ id, starts_at_ms }) => ({
          url: `/bookings/${encodeURIComponent(id)}/proposal/accept`,
          method: 'POST',
          body: { starts_at_ms },
        }),
        invalidatesTags: ['Booking', 'Openings'],
      }),
      declineProposal: build.mutation<Booking, { id: string; reason: string }>({
        query: ({ id, reason }) => ({
          url: `/bookings/${encodeURIComponent(id)}/proposal/decline`,
          method: 'POST',
          body: { reason },
        }),
        invalidatesTags: ['Booking', 'Openings'],
      }),
    }),
  });

export const {
  useMentorOfferingsQuery,
  useOpeningsQuery,
  useMyHoursQuery,
  useNextOpeningsQuery,
  useAgendaQuery,
  useBookingsInfiniteQuery,
  useBookingQuery,
  useHoldOpeningMutation,
  useBookMutation,
  useConfirmBookingMutation,
  useConfirmSeriesMutation,
  useSeriesQuery,
  useReleaseBookingMutation,
  useBookingAttendanceQuery,
  useDisputeBookingMutation,
  useBookingReviewsQuery,
  useWriteReviewMutation,
  useCalendarFeedQuery,
  useRenewCalendarFeedMutation,
  useRemoveCalendarFeedMutation,
  useCancelBookingMutation,
  useMoveBookingMutation,
  useWaitsQuery,
  useJoinWaitlistMutation,
  useLeaveWaitlistMutation,
  useProposeMutation,
  useAcceptProposalMutation,
  useDeclineProposalMutation,
} = bookingApi;
