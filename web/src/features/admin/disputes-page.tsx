import { useId } from 'react';
import type { DisputedBooking } from '@/api/types';
import { AttendancePicture } from '@/components/attendance-picture';
import { ProfileText } from '@/components/profile-text';
import { Card } from '@/components/ui/card';
import { When } from '@/components/when';
import { useTitle } from '@/lib/title';
import { useDisputedAttendanceQuery, useDisputesInfiniteQuery } from './api';
import { ResolveDialog } from './resolve-dialog';
import { WaitingList } from './waiting-list';

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
  const query = useDisputesInfiniteQuery(undefined, { refetchOnMountOrArgChange: true });
  return (
    <WaitingList
      query={query}
      items="disputes"
      empty={{
        title: 'Nobody disputes anything',
        text: 'When a mentor or a mentee says that a missed session was not missed, it shows up here.',
      }}
      keyOf={({ booking_id }) => booking_id}
    >
      {(disputed) => <DisputeCard disputed={disputed} />}
    </WaitingList>
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
            {mentor.display_name} with {mentee.display_name}, <When ms={starts_at_ms} inText />
          </p>
        </header>
        <p className="break-words">{verdict.reason}</p>
        {attendance && <AttendancePicture attendance={attendance} />}
        <div className="grid gap-1">
          <p className="text-sm break-words text-muted">
            {raiser.display_name} ({dispute.raised_by}) says,{' '}
            <When ms={dispute.raised_at_ms} inText />:
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
