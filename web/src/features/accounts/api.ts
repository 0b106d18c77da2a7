import { api } from '@/api/api';
import { noteLogin } from '@/api/login-hint';
import { me, upsertMe } from '@/api/me';
import { saveFile } from '@/lib/save-file';
import type {
  Credentials,
  BegunPasskey,
  Device,
  FinishedSignIn,
  Identity,
  Login,
  NewAccount,
  NewEmail,
  NewPassword,
  NewProfile,
  Passkey,
  PasskeyAssertion,
  PasskeyChallenge,
  PasskeyRegistration,
  PasswordReset,
  Proof,
  SecondStep,
  Security,
  SignInProvider,
  TotpOffer,
} from '@/api/types';

/** What another person must not see after signing in or out in the same tab. */
const PERSONAL = ['Devices', 'Session', 'Join', 'Identities', 'Security'] as const;

/** Somebody is in, or has another step to take. */
type Entry = Login | SecondStep;

/** The step that is left; undefined when there is none. */
export const secondStepOf = (entry: Entry): SecondStep | undefined =>
  'second_step_token' in entry ? entry : undefined;

const accountsApi = api.injectEndpoints({
  endpoints: (build) => ({
    logIn: build.mutation<Entry, Credentials>({
      query: (body) => ({ url: '/accounts/log-in', method: 'POST', body }),
      extraOptions: { unauthenticated: 'final' },
      invalidatesTags: (result) => (result ? PERSONAL : []),
      onQueryStarted: learnWhoThatIs,
    }),
    secondStep: build.mutation<Login, { second_step_token: string; proof: Proof }>({
      query: (body) => ({ url: '/accounts/log-in/second-step', method: 'POST', body }),
      extraOptions: { unauthenticated: 'final' },
      invalidatesTags: (result) => (result ? PERSONAL : []),
      onQueryStarted: learnWhoThatIs,
    }),
    passkeyChallenge: build.mutation<PasskeyChallenge, { second_step_token?: string }>({
      query: (body) => ({ url: '/accounts/passkeys/challenge', method: 'POST', body }),
      extraOptions: { unauthenticated: 'guest' },
    }),
    logInByPasskey: build.mutation<Login, { ceremony: string; credential: PasskeyAssertion }>({
      query: (body) => ({ url: '/accounts/passkeys/log-in', method: 'POST', body }),
      extraOptions: { unauthenticated: 'final' },
      invalidatesTags: (result) => (result ? PERSONAL : []),
      onQueryStarted: learnWhoThatIs,
    }),
    prove: build.mutation<null, Proof>({
      query: (proof) => ({ url: '/me/proof', method: 'POST', body: { proof } }),
    }),
    takeData: build.mutation<null, void>({
      async queryFn(_, __, ___, query) {
        const request = {
          url: '/me/export',
          method: 'POST',
          body: {},
          responseType: 'blob',
        } as const;
        const { data, error } = await query(request);
        if (error) return { error };
        saveFile(data as Blob, 'my-data.zip');
        return { data: null };
      },
    }),
    deleteAccount: build.mutation<null, void>({
      query: () => ({ url: '/me', method: 'DELETE' }),
      onQueryStarted: becomeNobody,
    }),
    security: build.query<Security, void>({
      query: () => ({ url: '/me/security' }),
      providesTags: ['Security'],
    }),
    offerTotp: build.mutation<TotpOffer, void>({
      query: () => ({ url: '/me/totp', method: 'POST', body: {} }),
    }),
    confirmTotp: build.mutation<{ backup_codes: string[] }, string>({
      query: (code) => ({ url: '/me/totp/confirm', method: 'POST', body: { code } }),
      invalidatesTags: (_, error) => (error ? [] : ['Security']),
    }),
    removeTotp: build.mutation<null, void>({
      query: () => ({ url: '/me/totp', method: 'DELETE' }),
      invalidatesTags: (_, error) => (error ? [] : ['Security']),
    }),
    renewBackupCodes: build.mutation<{ backup_codes: string[] }, void>({
      query: () => ({ url: '/me/backup-codes', method: 'POST', body: {} }),
      invalidatesTags: (_, error) => (error ? [] : ['Security']),
    }),
    passkeys: build.query<Passkey[], void>({
      query: () => ({ url: '/me/passkeys' }),
      transformResponse: (body: { items: Passkey[] }) => body.items,
      providesTags: ['Security'],
    }),
    beginPasskey: build.mutation<BegunPasskey, void>({
      query: () => ({ url: '/me/passkeys/begin', method: 'POST', body: {} }),
    }),
    addPasskey: build.mutation<
      Passkey,
      { ceremony: string; credential: PasskeyRegistration; name: string }
    >({
      query: (body) => ({ url: '/me/passkeys', method: 'POST', body }),
      invalidatesTags: (_, error) => (error ? [] : ['Security']),
    }),
    renamePasskey: build.mutation<null, { id: string; name: string }>({
      query: ({ id, name }) => ({
        url: `/me/passkeys/${encodeURIComponent(id)}`,
        method: 'PUT',
        body: { name },
      }),
      invalidatesTags: (_, error) => (error ? [] : ['Security']),
    }),
    removePasskey: build.mutation<null, string>({
      query: (id) => ({ url: `/me/passkeys/${encodeURIComponent(id)}`, method: 'DELETE' }),
      invalidatesTags: (_, error) => (error ? [] : ['Security']),
    }),
    askForPasskey: build.mutation<{ backup_codes: string[] }, boolean>({
      query: (after_password) => ({
        url: '/me/second-step/passkey',
        method: 'PUT',
        body: { after_password },
      }),
      invalidatesTags: (_, error) => (error ? [] : ['Security']),
    }),
    signUp: build.mutation<unknown, NewAccount>({
      query: (body) => ({ url: '/accounts/sign-up', method: 'POST', body }),
      extraOptions: { unauthenticated: 'final' },
      invalidatesTags: (result) => (result ? PERSONAL : []),
      onQueryStarted: learnWhoThatIs,
    }),
    logOut: build.mutation<null, void>({
      query: () => ({ url: '/accounts/log-out', method: 'POST', body: {} }),
      onQueryStarted: becomeNobody,
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
    finishSignIn: build.mutation<Entry, FinishedSignIn>({
      query: (body) => ({ url: '/accounts/providers/finish', method: 'POST', body }),
      extraOptions: { unauthenticated: 'guest' },
      invalidatesTags: (result) => (result ? PERSONAL : []),
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
  queryFulfilled: Promise<{ data: unknown }>;
}

/** Signing in fills `me`, and with it the header, the guards and the way on from the sign-in page. */
async function learnWhoThatIs(_: unknown, { dispatch, queryFulfilled }: Lifecycle): Promise<void> {
  await queryFulfilled.then(
    async ({ data }) => {
      // Half a log-in is none.
      if (secondStepOf(data as Entry)) return;
      // An answer still on its way was asked for as nobody: while it is, no other is asked for.
      await dispatch(me.initiate(undefined, { subscribe: false }));
      await dispatch(me.initiate(undefined, { subscribe: false, forceRefetch: true }));
    },
    () => undefined, // the form shows it
  );
}

interface Leaving {
  dispatch: {
    (action: ReturnType<typeof upsertMe>): unknown;
    (action: { type: string }): unknown;
  };
  queryFulfilled: Promise<unknown>;
}

/** What was somebody's is forgotten here when they have left. */
async function becomeNobody(_: unknown, { dispatch, queryFulfilled }: Leaving): Promise<void> {
  await queryFulfilled.then(
    async () => {
      noteLogin('absent');
      dispatch(api.util.resetApiState());
      await dispatch(upsertMe('me', undefined, null));
    },
    () => undefined, // the caller shows it
  );
}

export const {
  useLogInMutation,
  useSecondStepMutation,
  usePasskeyChallengeMutation,
  useLogInByPasskeyMutation,
  useProveMutation,
  useSecurityQuery,
  useTakeDataMutation,
  useDeleteAccountMutation,
  useOfferTotpMutation,
  useConfirmTotpMutation,
  useRemoveTotpMutation,
  useRenewBackupCodesMutation,
  usePasskeysQuery,
  useBeginPasskeyMutation,
  useAddPasskeyMutation,
  useRenamePasskeyMutation,
  useRemovePasskeyMutation,
  useAskForPasskeyMutation,
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
