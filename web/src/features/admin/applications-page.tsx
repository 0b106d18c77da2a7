import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { sortProblem } from '@/lib/form-problem';
import { useTitle } from '@/lib/title';
import { useMentorApplicationsInfiniteQuery } from './api';
import { ApplicationCard } from './application-card';

/** Who wants to be a mentor, for administrators: read, approve or decline with a reason. */
export function ApplicationsPage() {
  useTitle('Mentor applications');
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <h1 className="text-xl">Mentor applications</h1>
      <ApplicationList />
    </div>
  );
}

function ApplicationList() {
  const { data, error, isLoading, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useMentorApplicationsInfiniteQuery(undefined, { refetchOnMountOrArgChange: true });
  if (isLoading) return <Skeleton className="h-56" />;
  if (error && !data) {
    return (
      <Banner
        tone="danger"
        title="The applications could not be loaded."
        action={
          <Button size="sm" variant="secondary" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      >
        {sortProblem(error, [], {}).form}
      </Banner>
    );
  }
  const applications = data?.pages.flatMap((page) => page.items) ?? [];
  if (applications.length === 0) {
    return (
      <Card className="grid gap-2 p-8">
        <h2 className="text-lg">Nobody is waiting</h2>
        <p className="text-muted">Applications of new mentors show up here.</p>
      </Card>
    );
  }
  return (
    <>
      <ul className="grid gap-4">
        {applications.map((application) => (
          <li key={application.user_id}>
            <ApplicationCard application={application} />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button
          variant="secondary"
          className="justify-self-center"
          busy={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show more applications
        </Button>
      )}
    </>
  );
}
