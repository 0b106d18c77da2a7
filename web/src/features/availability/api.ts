import { api } from '@/api/api';
import type {
  Availability,
  BusyCalendar,
  BusyCalendars,
  NewBusyCalendar,
  Offering,
  OfferingTerms,
} from '@/api/types';

const availabilityApi = api
  .enhanceEndpoints({ addTagTypes: ['Availability', 'Calendars', 'Offerings', 'Openings'] })
  .injectEndpoints({
    endpoints: (build) => ({
      myAvailability: build.query<Availability, void>({
        query: () => ({ url: '/me/availability' }),
        providesTags: ['Availability'],
      }),
      saveAvailability: build.mutation<Availability, Availability>({
        query: (body) => ({ url: '/me/availability', method: 'PUT', body }),
        invalidatesTags: (result) => (result ? ['Availability', 'Openings'] : []),
      }),
      myCalendars: build.query<BusyCalendars, void>({
        query: () => ({ url: '/me/calendars' }),
        providesTags: ['Calendars'],
      }),
      subscribeCalendar: build.mutation<BusyCalendar, NewBusyCalendar>({
        query: (body) => ({ url: '/me/calendars', method: 'POST', body }),
        invalidatesTags: (result) => (result ? ['Calendars', 'Openings'] : []),
      }),
      refreshCalendar: build.mutation<BusyCalendar, string>({
        query: (id) => ({ url: `/me/calendars/${encodeURIComponent(id)}/refresh`, method: 'POST' }),
        invalidatesTags: ['Calendars', 'Openings'],
      }),
      removeCalendar: build.mutation<null, string>({
        query: (id) => ({ url: `/me/calendars/${encodeURIComponent(id)}`, method: 'DELETE' }),
        invalidatesTags: ['Calendars', 'Openings'],
      }),
      beginGoogle: build.mutation<{ url: string; attempt: string }, void>({
        query: () => ({ url: '/me/calendars/google/begin', method: 'POST' }),
      }),
      finishGoogle: build.mutation<
        BusyCalendar,
        { attempt: string; state: string; code: string | null }
      >({
        query: (body) => ({ url: '/me/calendars/google/finish', method: 'POST', body }),
        invalidatesTags: (result) => (result ? ['Calendars', 'Openings'] : []),
      }),
      myOfferings: build.query<Offering[], void>({
        query: () => ({ url: '/me/offerings' }),
        transformResponse: ({ items }: { items: Offering[] }) => items,
        providesTags: ['Offerings'],
      }),
      addOffering: build.mutation<Offering, OfferingTerms>({
        query: (body) => ({ url: '/me/offerings', method: 'POST', body }),
        invalidatesTags: (result) => (result ? ['Offerings', 'Openings'] : []),
      }),
      changeOffering: build.mutation<Offering, OfferingTerms & { id: string }>({
        query: ({ id, ...body }) => ({
          url: `/me/offerings/${encodeURIComponent(id)}`,
          method: 'PUT',
          body,
        }),
        invalidatesTags: (result) => (result ? ['Offerings', 'Openings'] : []),
      }),
    }),
  });

export const {
  useMyAvailabilityQuery,
  useSaveAvailabilityMutation,
  useMyCalendarsQuery,
  useSubscribeCalendarMutation,
  useRefreshCalendarMutation,
  useRemoveCalendarMutation,
  useBeginGoogleMutation,
  useFinishGoogleMutation,
  useMyOfferingsQuery,
  useAddOfferingMutation,
  useChangeOfferingMutation,
} = availabilityApi;
