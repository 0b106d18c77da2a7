import { Link } from 'react-router';
import type { MyMentorProfile } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { ProfileText } from '@/components/profile-text';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { useTitle } from '@/lib/title';
import { useMyMentorProfileQuery } from './api';
import { ProfileForm } from './profile-form';

/** Applying as a mentor, what became of it, and the editor of one's page. */
export function MentorProfilePage() {
  const { data, error, refetch } = useMyMentorProfileQuery();
  const title = data?.status === 'approved' ? 'Your mentor page' : 'Become a mentor';
  useTitle(title);
  return (
    <div className="mx-auto grid w-full max-w-2xl gap-8 px-4 py-10 sm:py-14">
      <h1 className="text-xl">{title}</h1>
      {data && (
        <>
          <ApplicationState mine={data} />
          <ProfileForm key={data.status} profile={data.profile} status={data.status} />
        </>
      )}
      {!data && !error && <Skeleton className="h-96" />}
      {!data && error && (
        <LoadFailed title="Your profile could not be loaded." error={error} onRetry={refetch} />
      )}
    </div>
  );
}

function ApplicationState({
  mine: { status, slug, profile, decline_reason },
}: {
  mine: MyMentorProfile;
}) {
  if (status === 'applied') {
    return (
      <Banner title="Your application is being looked at.">
        An administrator decides; you see the answer here. Until then you can still change what you
        wrote.
      </Banner>
    );
  }
  if (status === 'declined') {
    return (
      <Banner tone="warning" title="You are not a mentor at the moment.">
        {decline_reason && <ProfileText text={decline_reason} className="mt-1" />}
        <p className="mt-1">You can change your profile and apply again.</p>
      </Banner>
    );
  }
  if (status === 'approved' && profile && slug) {
    return (
      <Banner
        tone="success"
        title="You are a mentor."
        action={
          <Button size="sm" variant="secondary" asChild>
            <Link to={`/mentors/${slug}`}>See my page</Link>
          </Button>
        }
      >
        What you save here is public at once.
      </Banner>
    );
  }
  return (
    <p className="text-muted">
      {status === 'approved'
        ? 'You are a mentor. Fill this in and people find you by it.'
        : 'Tell people what you can help with. An administrator reads it before it is public.'}
    </p>
  );
}
