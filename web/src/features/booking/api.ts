import { api } from '@/api/api';
import type { Booking, Bookings, CalendarFeed, NewBooking, Offering, Openings } from '@/api/types';
import { rangesOf } from './days';
import type { Stretch } from './week';

const bookingApi = api
  .enhanceEndpoints({
    addTagTypes: ['Openings', 'Booking', 'CalendarFeed', 'Offerings', 'Availability'],
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
          return { data: { time_zone: answers[0]?.time_zone ?? 'UTC', items } };
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
      bookings: build.query<Bookings, 'upcoming' | 'past'>({
        query: (when) => ({ url: '/bookings', params: { when, limit: 100 } }),
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
      book: build.mutation<Booking, NewBooking>({
        query: (body) => ({ url: '/bookings', method: 'POST', body }),
        invalidatesTags: ['Booking', 'Openings'],
      }),
      cancelBooking: build.mutation<Booking, { id: string; reason: string }>({
        query: ({ id, reason }) => ({
          url: `/bookings/${encodeURIComponent(id)}/cancel`,
          method: 'POST',
          body: { reason },
        }),
        invalidatesTags: ['Booking', 'Openings'],
      }),
      moveBooking: build.mutation<Booking, { id: string; starts_at_ms: number }>({
        query: ({ id, starts_at_ms }) => ({
          url: `/bookings/${encodeURIComponent(id)}/reschedule`,
          method: 'POST',
          body: { starts_at_ms },
        }),
        invalidatesTags: ['Booking', 'Openings'],
      }),
    }),
  });

export const {
  useMentorOfferingsQuery,
  useOpeningsQuery,
  useMyHoursQuery,
  useBookingsQuery,
  useBookingQuery,
  useCalendarFeedQuery,
  useRenewCalendarFeedMutation,
  useRemoveCalendarFeedMutation,
  useBookMutation,
  useCancelBookingMutation,
  useMoveBookingMutation,
} = bookingApi;
