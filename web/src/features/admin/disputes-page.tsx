import { useId } from 'react';
import type { DisputedBooking } from '@/api/types';
import { AttendancePicture } from '@/components/attendance-picture';
import { ProfileText } from '@/components/profile-text';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { When } from '@/components/when';
import { sortProblem } from '@/lib/form-problem';
import { useTitle } from '@/lib/title';
import { useDisputedAttendanceQuery, useDisputesInfiniteQuery } from './api';
import { ResolveDialog } from './resolve-dialog';

/** Disputes about who was there, for administrators. */
export function DisputesPage() {
  useTitle('Disputes');
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <h1 className="text-xl">Disputes</h1>
      <DisputeList />
    </div>
  );
}

function DisputeList() {
  const { data, error, isLoading, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useDisputesInfiniteQuery(undefined, { refetchOnMountOrArgChange: true });
  if (isLoading) return <Skeleton className="h-56" />;
  if (error && !data) {
    return (
      <Banner
        tone="danger"
        title="The disputes could not be loaded."
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
  const disputes = data?.pages.flatMap((page) => page.items) ?? [];
  if (disputes.length === 0) {
    return (
      <Card className="grid gap-2 p-8">
        <h2 className="text-lg">Nobody disputes anything</h2>
        <p className="text-muted">
          When a mentor or a mentee says that a missed session was not missed, it shows up here.
        </p>
      </Card>
    );
  }
  return (
    <>
      <ul className="grid gap-4">
        {disputes.map((disputed) => (
          <li key={disputed.booking_id}>
            <DisputeCard disputed={disputed} />
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
          Show more disputes
        </Button>
      )}
    </>
  );
}

function DisputeCard({ disputed }: { disputed: DisputedBooking }) {
  const { booking_id, title, starts_at_ms, mentor, mentee, dispute, verdict } = disputed;
  const titleId = useId();
  const { data: attendance } = useDisputedAttendanceQuery(booking_id);
  const raiser = dispute.raised_by === 'mentor' ? mentor : mentee;
  return (
    <Card>
      <article aria-labelledby={titleId} className="grid gap-4">
        <header className="min-w-0">
          <h2 id={titleId} className="text-lg break-words">
            {title}
          </h2>
          <p className="text-sm break-words text-muted">
            {mentor.display_name} with {mentee.display_name}, <When ms={starts_at_ms} />
          </p>
        </header>
        <p className="break-words">{verdict.reason}</p>
        {attendance && <AttendancePicture attendance={attendance} />}
        <div className="grid gap-1">
          <p className="text-sm break-words text-muted">
            {raiser.display_name} ({dispute.raised_by}) says, <When ms={dispute.raised_at_ms} />:
          </p>
          <ProfileText text={dispute.reason} />
        </div>
        <div className="flex flex-wrap gap-3">
          <ResolveDialog disputed={disputed} as="uphold" />
          <ResolveDialog disputed={disputed} as="overturn" />
        </div>
      </article>
    </Card>
  );
}
