import { api } from '@/api/api';
import { noteLogin } from '@/api/login-hint';
import { me, upsertMe } from '@/api/me';
import type { Credentials, Device, NewAccount } from '@/api/types';

/** What another person must not see after signing in or out in the same tab. */
const PERSONAL = ['Devices', 'Session', 'Join'] as const;

const accountsApi = api.injectEndpoints({
  endpoints: (build) => ({
    logIn: build.mutation<unknown, Credentials>({
      query: (body) => ({ url: '/accounts/log-in', method: 'POST', body }),
      extraOptions: { unauthenticated: 'final' },
      invalidatesTags: (result) => (result ? PERSONAL : []),
      onQueryStarted: learnWhoThatIs,
    }),
    signUp: build.mutation<unknown, NewAccount>({
      query: (body) => ({ url: '/accounts/sign-up', method: 'POST', body }),
      extraOptions: { unauthenticated: 'final' },
      invalidatesTags: (result) => (result ? PERSONAL : []),
      onQueryStarted: learnWhoThatIs,
    }),
    logOut: build.mutation<null, void>({
      query: () => ({ url: '/accounts/log-out', method: 'POST', body: {} }),
      async onQueryStarted(_, { dispatch, queryFulfilled }) {
        await queryFulfilled.then(
          async () => {
            noteLogin('absent');
            dispatch(api.util.resetApiState());
            await dispatch(upsertMe('me', undefined, null));
          },
          () => undefined, // the caller shows it
        );
      },
    }),
    devices: build.query<Device[], void>({
      query: () => ({ url: '/me/logins' }),
      transformResponse: (body: { items: Device[] }) => body.items,
      providesTags: ['Devices'],
    }),
    signOutDevice: build.mutation<null, string>({
      query: (id) => ({ url: `/me/logins/${encodeURIComponent(id)}`, method: 'DELETE' }),
      invalidatesTags: ['Devices'],
    }),
  }),
});

interface Lifecycle {
  dispatch: (action: ReturnType<typeof me.initiate>) => unknown;
  queryFulfilled: Promise<unknown>;
}

/** Signing in fills `me`, and with it the header, the guards and the way on from the sign-in page. */
async function learnWhoThatIs(_: unknown, { dispatch, queryFulfilled }: Lifecycle): Promise<void> {
  await queryFulfilled.then(
    () => dispatch(me.initiate(undefined, { subscribe: false, forceRefetch: true })),
    () => undefined, // the form shows it
  );
}

export const {
  useLogInMutation,
  useSignUpMutation,
  useLogOutMutation,
  useDevicesQuery,
  useSignOutDeviceMutation,
} = accountsApi;
