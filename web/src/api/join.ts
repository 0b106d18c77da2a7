import { api } from './api';
import { me } from './me';
import type { JoinInfo, RoomPass } from './types';

const joinApi = api.injectEndpoints({
  endpoints: (build) => ({
    joinInfo: build.query<JoinInfo, string>({
      async queryFn(code, { dispatch }, _, query) {
        // A login that ran out looks like no login at all to a public endpoint: renew it first.
        await dispatch(me.initiate(undefined, { subscribe: false }));
        const result = await query({ url: `/join/${encodeURIComponent(code)}` });
        return result.error ? { error: result.error } : { data: result.data as JoinInfo };
      },
      extraOptions: { unauthenticated: 'guest' },
      providesTags: ['Join'],
    }),
    enter: build.mutation<RoomPass, { code: string; name?: string }>({
      query: ({ code, name }) => ({
        url: `/join/${encodeURIComponent(code)}`,
        method: 'POST',
        body: { name },
      }),
      extraOptions: { unauthenticated: 'guest' },
    }),
  }),
});

/** What a join link shows, and the pass (room token) into its room. Shared by the call and the pages around it. */
export const { useJoinInfoQuery, useEnterMutation } = joinApi;
