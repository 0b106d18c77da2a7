import { api } from './api';
import { noteLogin } from './login-hint';
import type { User } from './types';

const meApi = api.injectEndpoints({
  endpoints: (build) => ({
    me: build.query<User | null, void>({
      // Nobody being signed in is an answer here, not a failure.
      async queryFn(_, __, ___, query) {
        const result = await query({ url: '/me' });
        if (result.error?.status === 401) return { data: null };
        if (result.error) return { error: result.error };
        noteLogin('present');
        return { data: (result.data as { user: User }).user };
      },
      providesTags: ['Me'],
      keepUnusedDataFor: 3600,
    }),
  }),
});

/** Who is signed in: `data` is the user, null for nobody, undefined while it is not known yet. */
export const { useMeQuery } = meApi;
export const { me } = meApi.endpoints;
export const { upsertQueryData: upsertMe } = meApi.util;
