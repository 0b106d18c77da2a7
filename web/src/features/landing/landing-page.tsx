import { Link } from 'react-router';
import { useMeQuery } from '@/api/me';
import { useSiteQuery } from '@/api/site';
import { Button } from '@/components/ui/button';
import { useTitle } from '@/lib/title';
import { CallPicture } from './call-picture';
import { Promises } from './promises';
import { Steps } from './steps';

export function LandingPage() {
  useTitle(undefined);
  return (
    <>
      <section className="mx-auto grid w-full max-w-5xl items-center gap-12 px-4 py-14 sm:py-20 lg:grid-cols-[5fr_6fr]">
        <div className="grid justify-items-start gap-5">
          <h1 className="text-xl sm:text-2xl">The hour with your mentor, face to face</h1>
          <p className="max-w-prose text-lg text-muted">
            Open a link, look at each other, talk. No app to install, no account needed for guests,
            on a server of your own.
          </p>
          <Actions />
        </div>
        <CallPicture />
      </section>
      <Steps />
      <Promises />
    </>
  );
}

function Actions() {
  const { data: me } = useMeQuery();
  const { data: site } = useSiteQuery();
  return (
    <div className="mt-1 flex min-h-12 flex-wrap gap-3">
      <Button size="lg" asChild>
        <Link to="/mentors">Find a mentor</Link>
      </Button>
      {me && (
        <Button size="lg" variant="secondary" asChild>
          <Link to="/sessions">My sessions</Link>
        </Button>
      )}
      {me === null && (
        <Button size="lg" variant="secondary" asChild>
          <Link to="/sign-up">Create an account</Link>
        </Button>
      )}
      {site?.demo && (
        <p className="w-full text-sm text-muted">
          This is a demo:{' '}
          <Link className="text-accent underline" to="/sign-in">
            sign in as one of its people
          </Link>{' '}
          or{' '}
          <Link className="text-accent underline" to={`/join/${site.demo.join_code}`}>
            join the demo session
          </Link>{' '}
          in two tabs.
        </p>
      )}
    </div>
  );
}
