import { api } from './api';
import type { MentorCard, SavedMentors } from './types';

/** A mentor as any page knows them; what only search knows may be missing. */
export type Savable = Omit<MentorCard, keyof typeof UNKNOWN> & Partial<MentorCard>;

const UNKNOWN = { price: null, rating: null, reviews: 0, soonest_opening_ms: null };

const savedApi = api.enhanceEndpoints({ addTagTypes: ['SavedMentors'] }).injectEndpoints({
  endpoints: (build) => ({
    savedMentors: build.query<MentorCard[], void>({
      query: () => ({ url: '/me/saved-mentors' }),
      transformResponse: ({ items }: SavedMentors) => items,
      providesTags: ['SavedMentors'],
    }),
    /** Shown at once, taken back when the server refuses. */
    setSaved: build.mutation<null, { mentor: Savable; saved: boolean }>({
      query: ({ mentor, saved }) => ({
        url: `/me/saved-mentors/${mentor.id}`,
        method: saved ? 'PUT' : 'DELETE',
      }),
      async onQueryStarted({ mentor, saved }, { dispatch, queryFulfilled }) {
        const patch = dispatch(
          savedApi.util.updateQueryData('savedMentors', undefined, (list) => {
            const others = list.filter(({ id }) => id !== mentor.id);
            return saved ? [{ ...UNKNOWN, ...mentor }, ...others] : others;
          }),
        );
        await queryFulfilled.catch(() => patch.undo());
      },
    }),
  }),
});

export const { useSavedMentorsQuery, useSetSavedMutation } = savedApi;
