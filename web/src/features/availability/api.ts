import { api } from '@/api/api';
import type { Availability, Offering, OfferingTerms } from '@/api/types';

const availabilityApi = api
  .enhanceEndpoints({ addTagTypes: ['Availability', 'Offerings', 'Openings'] })
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
  useMyOfferingsQuery,
  useAddOfferingMutation,
  useChangeOfferingMutation,
} = availabilityApi;
