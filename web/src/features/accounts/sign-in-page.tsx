import { Link, Navigate, useSearchParams } from 'react-router';
import { useMeQuery } from '@/api/me';
import { RETURN_TO, returnTo, withReturnTo } from '@/lib/return-to';
import { useTitle } from '@/lib/title';
import { AccountForm } from './account-form';
import { AccountPage } from './account-page';
import { useLogInMutation } from './api';
import { DemoPeople } from './demo-people';
import { ProviderButtons } from './provider-buttons';

export function SignInPage() {
  useTitle('Sign in');
  const [params] = useSearchParams();
  const { data: me } = useMeQuery();
  const [logIn] = useLogInMutation();

  // Also right after a successful log-in, which fills `me`.
  if (me) return <Navigate to={returnTo(params)} replace />;

  return (
    <AccountPage
      title="Sign in"
      lead="Welcome back. Your sessions are waiting."
      footer={
        <>
          New here?{' '}
          <Link
            className="text-accent underline"
            to={withReturnTo('/sign-up', params.get(RETURN_TO))}
          >
            Create an account
          </Link>
          . To join by a link you need none.
        </>
      }
    >
      <ProviderButtons returnTo={returnTo(params)} />
      <AccountForm
        kind="sign-in"
        onSubmit={async ({ email, password }) => {
          await logIn({ email, password }).unwrap();
        }}
      />
      <p className="text-sm">
        <Link className="text-accent underline" to="/forgot-password">
          Forgot your password?
        </Link>
      </p>
      <DemoPeople />
    </AccountPage>
  );
}
