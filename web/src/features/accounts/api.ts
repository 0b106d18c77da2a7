import { api } from '@/api/api';
import { noteLogin } from '@/api/login-hint';
import { me, upsertMe } from '@/api/me';
import type {
  Credentials,
  Device,
  FinishedSignIn,
  Identity,
  NewAccount,
  NewEmail,
  NewPassword,
  NewProfile,
  PasswordReset,
  SignInProvider,
} from '@/api/types';

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
    saveProfile: build.mutation<unknown, NewProfile>({
      query: (body) => ({ url: '/me/profile', method: 'PUT', body }),
      invalidatesTags: (_, error) => (error ? [] : ['Me']),
    }),
    savePicture: build.mutation<unknown, Blob>({
      query: (body) => ({ url: '/me/picture', method: 'PUT', body }),
      invalidatesTags: (_, error) => (error ? [] : ['Me']),
    }),
    removePicture: build.mutation<unknown, void>({
      query: () => ({ url: '/me/picture', method: 'DELETE' }),
      invalidatesTags: (_, error) => (error ? [] : ['Me']),
    }),
    signInProviders: build.query<SignInProvider[], void>({
      query: () => ({ url: '/accounts/providers' }),
      transformResponse: (body: { items: SignInProvider[] }) => body.items,
      keepUnusedDataFor: 3600,
    }),
    beginSignIn: build.mutation<{ url: string }, string>({
      query: (id) => ({
        url: `/accounts/providers/${encodeURIComponent(id)}/begin`,
        method: 'POST',
        body: {},
      }),
      extraOptions: { unauthenticated: 'guest' },
    }),
    finishSignIn: build.mutation<unknown, FinishedSignIn>({
      query: (body) => ({ url: '/accounts/providers/finish', method: 'POST', body }),
      extraOptions: { unauthenticated: 'guest' },
      invalidatesTags: (result) => (result ? [...PERSONAL, 'Identities'] : []),
      onQueryStarted: learnWhoThatIs,
    }),
    identities: build.query<Identity[], void>({
      query: () => ({ url: '/me/identities' }),
      transformResponse: (body: { items: Identity[] }) => body.items,
      providesTags: ['Identities'],
    }),
    unlinkIdentity: build.mutation<null, string>({
      query: (id) => ({ url: `/me/identities/${encodeURIComponent(id)}`, method: 'DELETE' }),
      invalidatesTags: (_, error) => (error ? [] : ['Identities']),
    }),
    signOutOthers: build.mutation<null, void>({
      query: () => ({ url: '/me/logins', method: 'DELETE' }),
      invalidatesTags: ['Devices'],
    }),
    confirmEmail: build.mutation<{ email: string }, string>({
      query: (token) => ({ url: '/accounts/confirm-email', method: 'POST', body: { token } }),
      invalidatesTags: (result) => (result ? ['Me'] : []),
    }),
    resendConfirmation: build.mutation<null, void>({
      query: () => ({ url: '/me/email/confirmation', method: 'POST', body: {} }),
      // Confirmed on another device meanwhile: look again.
      invalidatesTags: (_, error) => (error?.code === 'email_verified' ? ['Me'] : []),
    }),
    changeEmail: build.mutation<null, NewEmail>({
      query: (body) => ({ url: '/me/email', method: 'PUT', body }),
    }),
    changePassword: build.mutation<null, NewPassword>({
      query: (body) => ({ url: '/me/password', method: 'PUT', body }),
      invalidatesTags: (_, error) => (error ? [] : ['Devices']),
    }),
    askPasswordReset: build.mutation<null, string>({
      query: (email) => ({ url: '/accounts/password-reset', method: 'POST', body: { email } }),
      extraOptions: { unauthenticated: 'final' },
    }),
    resetPassword: build.mutation<null, PasswordReset>({
      query: (body) => ({ url: '/accounts/reset-password', method: 'POST', body }),
      extraOptions: { unauthenticated: 'final' },
      // Every login has ended, this browser's own included.
      invalidatesTags: (_, error) => (error ? [] : ['Me']),
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
    async () => {
      // An answer still on its way was asked for as nobody: while it is, no other is asked for.
      await dispatch(me.initiate(undefined, { subscribe: false }));
      await dispatch(me.initiate(undefined, { subscribe: false, forceRefetch: true }));
    },
    () => undefined, // the form shows it
  );
}

export const {
  useLogInMutation,
  useSignUpMutation,
  useLogOutMutation,
  useDevicesQuery,
  useSignOutDeviceMutation,
  useSaveProfileMutation,
  useSavePictureMutation,
  useRemovePictureMutation,
  useSignOutOthersMutation,
  useSignInProvidersQuery,
  useBeginSignInMutation,
  useFinishSignInMutation,
  useIdentitiesQuery,
  useUnlinkIdentityMutation,
  useConfirmEmailMutation,
  useResendConfirmationMutation,
  useChangeEmailMutation,
  useChangePasswordMutation,
  useAskPasswordResetMutation,
  useResetPasswordMutation,
} = accountsApi;
