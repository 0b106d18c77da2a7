import { api } from '@/api/api';
import type { MentorPage, MentorProfile, MyMentorProfile } from '@/api/types';

const mentorsApi = api.enhanceEndpoints({ addTagTypes: ['MentorProfile'] }).injectEndpoints({
  endpoints: (build) => ({
    myMentorProfile: build.query<MyMentorProfile, void>({
      query: () => ({ url: '/me/mentor-profile' }),
      providesTags: ['MentorProfile'],
    }),
    saveMentorProfile: build.mutation<MyMentorProfile, MentorProfile>({
      query: (body) => ({ url: '/me/mentor-profile', method: 'PUT', body }),
      invalidatesTags: (result) => (result ? ['MentorProfile', 'Me'] : []),
    }),
    mentorPage: build.query<MentorPage, string>({
      query: (slug) => ({ url: `/mentors/${encodeURIComponent(slug)}` }),
      extraOptions: { unauthenticated: 'guest' },
      providesTags: ['MentorProfile'],
    }),
  }),
});

export const { useMyMentorProfileQuery, useSaveMentorProfileMutation, useMentorPageQuery } =
  mentorsApi;
