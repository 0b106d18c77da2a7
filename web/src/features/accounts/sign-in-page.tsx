import { useState } from 'react';
import { Link, Navigate, useSearchParams } from 'react-router';
import { useMeQuery } from '@/api/me';
import type { SecondStep } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { RETURN_TO, returnTo, withReturnTo } from '@/lib/return-to';
import { useTitle } from '@/lib/title';
import { AccountForm } from './account-form';
import { AccountPage } from './account-page';
import { secondStepOf, useLogInMutation } from './api';
import { DemoPeople } from './demo-people';
import { PasskeySignIn } from './passkey-sign-in';
import { ProviderButtons } from './provider-buttons';
import { SecondStepForm } from './second-step-form';

export function SignInPage() {
  useTitle('Sign in');
  const [params] = useSearchParams();
  const { data: me } = useMeQuery();
  const [logIn] = useLogInMutation();
  const [step, setStep] = useState<SecondStep>();
  const [late, setLate] = useState(false);

  // Also right after a successful log-in, which fills `me`.
  if (me) return <Navigate to={returnTo(params)} replace />;

  if (step) {
    return (
      <AccountPage title="One more step" lead="Your password is right.">
        <SecondStepForm
          step={step}
          onBack={(why) => {
            setStep(undefined);
            setLate(why === 'late');
          }}
        />
      </AccountPage>
    );
  }

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
      {late && <Banner tone="warning">That took too long. Type your password once more.</Banner>}
      <PasskeySignIn />
      <ProviderButtons returnTo={returnTo(params)} />
      <AccountForm
        kind="sign-in"
        onSubmit={async ({ email, password }) => {
          setStep(secondStepOf(await logIn({ email, password }).unwrap()));
          setLate(false);
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
