import { useEffect, useRef } from 'react';
import { Link, Navigate, useNavigate, useSearchParams } from 'react-router';
import { useMeQuery } from '@/api/me';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { sortProblem } from '@/lib/form-problem';
import { RETURN_TO, returnTo } from '@/lib/return-to';
import { browserViewer } from '@/lib/time';
import { useTitle } from '@/lib/title';
import { AccountPage } from './account-page';
import { secondStepOf, useFinishSignInMutation } from './api';
import { rememberedReturn } from './return-after-provider';
import { SecondStepForm } from './second-step-form';

/** Where a provider sends the browser back to. */
export function ProviderCallbackPage() {
  useTitle('Signing in');
  const [params] = useSearchParams();
  const [finish, { data: entry, isSuccess, error }] = useFinishSignInMutation();
  const { data: me, error: meUnknown } = useMeQuery();
  const navigate = useNavigate();
  const asked = useRef(false);

  useEffect(() => {
    // A code works once, and React may run this twice.
    if (asked.current) return;
    asked.current = true;
    void finish({
      state: params.get('state') ?? '',
      code: params.get('code'),
      iss: params.get('iss'),
      language: navigator.language,
      time_zone: browserViewer().timeZone,
    });
  }, [finish, params]);

  const step = entry && secondStepOf(entry);
  // Pages for members send away whom they do not know yet.
  if (isSuccess && (me ?? (meUnknown && !step))) {
    const next = new URLSearchParams({ [RETURN_TO]: rememberedReturn() ?? '' });
    return <Navigate to={returnTo(next)} replace />;
  }
  if (step) {
    return (
      <AccountPage title="One more step" lead="The provider knows you.">
        <SecondStepForm step={step} onBack={() => void navigate('/sign-in')} />
      </AccountPage>
    );
  }

  return (
    <AccountPage
      title={error ? 'You are not signed in' : 'Signing in…'}
      lead={error ? 'Nothing has changed.' : 'One moment.'}
      footer={
        <>
          Forgot your password?{' '}
          <Link className="text-accent underline" to="/forgot-password">
            Choose a new one
          </Link>
        </>
      }
    >
      {error ? (
        <>
          <Banner tone="danger">{sortProblem(error, [], {}).form}</Banner>
          <Button asChild size="lg">
            <Link to="/sign-in">Back to sign in</Link>
          </Button>
        </>
      ) : (
        <Skeleton className="h-12" />
      )}
    </AccountPage>
  );
}
