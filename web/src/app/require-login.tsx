import { Navigate, Outlet, useLocation } from 'react-router';
import { useMeQuery } from '@/api/me';
import { Button } from '@/components/ui/button';
import { withReturnTo } from '@/lib/return-to';
import { useTitle } from '@/lib/title';
import { PagePending } from './page-pending';

/** Pages inside are for people who are signed in; others sign in first and come back. */
export function RequireLogin() {
  const { data: me, error, refetch } = useMeQuery();
  const { pathname, search } = useLocation();
  if (me) return <Outlet />;
  if (me === null) return <Navigate to={withReturnTo('/sign-in', pathname + search)} replace />;
  if (error) return <NoAnswer retry={() => void refetch()} />;
  return <PagePending />;
}

function NoAnswer({ retry }: { retry: () => void }) {
  useTitle('The server does not answer');
  return (
    <div className="mx-auto grid max-w-md justify-items-start gap-4 px-4 py-20">
      <h1 className="text-xl">The server does not answer</h1>
      <p className="text-muted">Nothing is lost. Check your connection, then try again.</p>
      <Button onClick={retry}>Try again</Button>
    </div>
  );
}
