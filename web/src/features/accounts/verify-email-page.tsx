import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { useMeQuery } from '@/api/me';
import { isProblem } from '@/api/problem';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { sortProblem } from '@/lib/form-problem';
import { useTitle } from '@/lib/title';
import { AccountPage } from './account-page';
import { useConfirmEmailMutation } from './api';
import { useLinkToken } from './link-token';
import { ResendConfirmation } from './resend-confirmation';

/** Where the link in a letter leads: says whose the address is. */
export function VerifyEmailPage() {
  useTitle('Confirm your address');
  const token = useLinkToken();
  const { data: me } = useMeQuery();
  const [confirm, { data, error }] = useConfirmEmailMutation();
  const asked = useRef(false);

  useEffect(() => {
    // A link works once, and React may run this twice.
    if (asked.current) return;
    asked.current = true;
    void confirm(token);
  }, [confirm, token]);

  return (
    <AccountPage
      title="Confirm your address"
      lead="So that letters about your sessions reach you, and nobody else."
      footer={
        <Link className="text-accent underline" to={me ? '/sessions' : '/sign-in'}>
          {me ? 'To my sessions' : 'Sign in'}
        </Link>
      }
    >
      {data && (
        <Banner tone="success" title="Your address is confirmed.">
          {data.email} is yours.
        </Banner>
      )}
      {error && me?.email_verified && (
        <Banner tone="info" title="Your address is confirmed already.">
          The link was used before; there is nothing left to do.
        </Banner>
      )}
      {error && !me?.email_verified && (
        <>
          <Banner tone="danger" title="This did not work.">
            {sortProblem(error, [], {}).form}
          </Banner>
          {me && <ResendConfirmation email={me.email} />}
          {isProblem(error) && error.status === 0 && (
            <Button onClick={() => void confirm(token)}>Try again</Button>
          )}
        </>
      )}
      {!data && !error && <Skeleton className="h-12" />}
    </AccountPage>
  );
}
