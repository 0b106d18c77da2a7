import { api } from '@/api/api';
import { upsertMe } from '@/api/me';
import type { Device, Login } from '@/api/types';

export interface Credentials {
  email: string;
  password: string;
}

/** What another person must not see after signing in or out in the same tab. */
const PERSONAL = ['Devices', 'Session', 'Join'] as const;

const accountsApi = api.injectEndpoints({
  endpoints: (build) => ({
    logIn: build.mutation<Login, Credentials>({
      query: (body) => ({ url: '/accounts/log-in', method: 'POST', body }),
      extraOptions: { unauthenticated: 'final' },
      invalidatesTags: (result) => (result ? PERSONAL : []),
      onQueryStarted: adoptLogin,
    }),
    signUp: build.mutation<Login, Credentials & { display_name: string }>({
      query: (body) => ({ url: '/accounts/sign-up', method: 'POST', body }),
      extraOptions: { unauthenticated: 'final' },
      invalidatesTags: (result) => (result ? PERSONAL : []),
      onQueryStarted: adoptLogin,
    }),
    logOut: build.mutation<null, void>({
      query: () => ({ url: '/accounts/log-out', method: 'POST', body: {} }),
      async onQueryStarted(_, { dispatch, queryFulfilled }) {
        await queryFulfilled.then(
          async () => {
            dispatch(api.util.resetApiState());
            await dispatch(upsertMe('me', undefined, null));
          },
          () => undefined, // the caller shows it
        );
      },
    }),
    devices: build.query<Device[], void>({
      query: () => ({ url: '/me/logins' }),
      transformResponse: (body: Device[] | { items: Device[] }) =>
        Array.isArray(body) ? body : body.items,
      providesTags: ['Devices'],
    }),
    signOutDevice: build.mutation<null, string>({
      query: (id) => ({ url: `/me/logins/${encodeURIComponent(id)}`, method: 'DELETE' }),
      invalidatesTags: ['Devices'],
    }),
  }),
});

/** Log-in answers with the user, so that no page has to ask who that is. */
async function adoptLogin(
  _: unknown,
  {
    dispatch,
    queryFulfilled,
  }: {
    dispatch: (action: ReturnType<typeof upsertMe>) => unknown;
    queryFulfilled: Promise<{ data: Login }>;
  },
): Promise<void> {
  const done = await queryFulfilled.catch(() => null);
  if (done) dispatch(upsertMe('me', undefined, done.data.user));
}

export const {
  useLogInMutation,
  useSignUpMutation,
  useLogOutMutation,
  useDevicesQuery,
  useSignOutDeviceMutation,
} = accountsApi;
