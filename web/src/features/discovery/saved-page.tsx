import { Link } from 'react-router';
import { useSavedMentorsQuery } from '@/api/saved-mentors';
import { LoadFailed } from '@/components/load-failed';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { useTitle } from '@/lib/title';
import { MentorRows } from './mentor-row';

/** The mentors somebody keeps in mind. */
export function SavedPage() {
  useTitle('Saved mentors');
  const { data, error, refetch } = useSavedMentorsQuery(undefined, {
    refetchOnMountOrArgChange: true,
  });
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <h1 className="text-xl">Saved mentors</h1>
      {data && data.length > 0 && <MentorRows mentors={data} />}
      {data?.length === 0 && (
        <Card className="grid justify-items-start gap-3 p-8">
          <h2 className="text-lg">Nobody saved yet</h2>
          <p className="text-muted">The heart beside a mentor puts them on this list.</p>
          <Button asChild>
            <Link to="/mentors">Find a mentor</Link>
          </Button>
        </Card>
      )}
      {!data && !error && <Skeleton className="h-56" />}
      {!data && error && (
        <LoadFailed
          title="Your saved mentors could not be loaded."
          error={error}
          onRetry={refetch}
        />
      )}
    </div>
  );
}
