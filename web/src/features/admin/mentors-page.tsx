import { Link } from 'react-router';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { sortProblem } from '@/lib/form-problem';
import { useTitle } from '@/lib/title';
import { useApprovedMentorsInfiniteQuery } from './api';
import { WithdrawDialog } from './withdraw-dialog';

/** The mentors of this place, for administrators: whose approval can be withdrawn. */
export function MentorsPage() {
  useTitle('Mentors');
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <h1 className="text-xl">Mentors</h1>
      <MentorList />
    </div>
  );
}

function MentorList() {
  const { data, error, isLoading, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useApprovedMentorsInfiniteQuery(undefined, { refetchOnMountOrArgChange: true });
  if (isLoading) return <Skeleton className="h-56" />;
  if (error && !data) {
    return (
      <Banner
        tone="danger"
        title="The mentors could not be loaded."
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
  const mentors = data?.pages.flatMap((page) => page.items) ?? [];
  if (mentors.length === 0) {
    return (
      <Card className="grid gap-2 p-8">
        <h2 className="text-lg">There are no mentors yet</h2>
        <p className="text-muted">Whoever you approve shows up here.</p>
      </Card>
    );
  }
  return (
    <>
      <ul className="divide-y divide-border rounded-md border border-border bg-surface">
        {mentors.map(({ user_id, display_name, email, slug, profile }) => (
          <li key={user_id} className="flex flex-wrap items-center gap-4 p-4">
            <div className="min-w-0 flex-1 basis-56">
              <h2 className="text-base break-words">
                {slug ? (
                  <Link to={`/mentors/${slug}`} className="rounded-sm hover:underline">
                    {display_name}
                  </Link>
                ) : (
                  display_name
                )}
              </h2>
              <p className="text-sm break-all text-muted">{email}</p>
              <p className="break-words text-muted">{profile.headline}</p>
            </div>
            <WithdrawDialog user={user_id} name={display_name} />
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
          Show more mentors
        </Button>
      )}
    </>
  );
}
