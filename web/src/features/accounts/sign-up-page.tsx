import { Link, Navigate, useSearchParams } from 'react-router';
import { useMeQuery } from '@/api/me';
import { RETURN_TO, returnTo, withReturnTo } from '@/lib/return-to';
import { browserViewer } from '@/lib/time';
import { useTitle } from '@/lib/title';
import { AccountForm } from './account-form';
import { AccountPage } from './account-page';
import { useSignUpMutation } from './api';
import { ProviderButtons } from './provider-buttons';

export function SignUpPage() {
  useTitle('Create an account');
  const [params] = useSearchParams();
  const { data: me } = useMeQuery();
  const [signUp] = useSignUpMutation();

  if (me) return <Navigate to={returnTo(params)} replace />;

  return (
    <AccountPage
      title="Create an account"
      lead="It keeps your sessions in one place, for mentees and mentors alike."
      footer={
        <>
          You have one?{' '}
          <Link
            className="text-accent underline"
            to={withReturnTo('/sign-in', params.get(RETURN_TO))}
          >
            Sign in
          </Link>
        </>
      }
    >
      <ProviderButtons returnTo={returnTo(params)} />
      <AccountForm
        kind="sign-up"
        onSubmit={async (values) => {
          const time_zone = browserViewer().timeZone;
          await signUp({ ...values, language: navigator.language, time_zone }).unwrap();
        }}
      />
    </AccountPage>
  );
}
