import { useEffect, useRef } from 'react';
import { Link, Navigate, useSearchParams } from 'react-router';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { sortProblem } from '@/lib/form-problem';
import { useTitle } from '@/lib/title';
import { useFinishGoogleMutation } from './api';
import { takeAttempt } from './google-attempt';

/** Where Google sends the browser back to. */
export function GoogleCallbackPage() {
  useTitle('Google Calendar');
  const [params] = useSearchParams();
  const [finish, { isSuccess, error }] = useFinishGoogleMutation();
  const asked = useRef(false);
  useEffect(() => {
    // A code works once, and React may run this twice.
    if (asked.current) return;
    asked.current = true;
    void finish({
      attempt: takeAttempt(),
      state: params.get('state') ?? '',
      code: params.get('code'),
    });
  }, [finish, params]);
  if (isSuccess) return <Navigate to="/availability" replace />;
  return (
    <div className="mx-auto grid w-full max-w-md gap-6 px-4 py-20">
      <h1 className="text-xl">
        {error ? 'Google Calendar is not connected' : 'Connecting Google Calendar…'}
      </h1>
      {error ? (
        <>
          <Banner tone="danger">{sortProblem(error, [], {}).form} Nothing has changed.</Banner>
          <Button asChild size="lg">
            <Link to="/availability">Back to when I can be booked</Link>
          </Button>
        </>
      ) : (
        <Skeleton className="h-12" />
      )}
    </div>
  );
}
