import { Link } from 'react-router';
import type { MentorApplication } from '@/api/types';
import { Card } from '@/components/ui/card';
import { useTitle } from '@/lib/title';
import { useApprovedMentorsInfiniteQuery } from './api';
import { WaitingList } from './waiting-list';
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
  const query = useApprovedMentorsInfiniteQuery(undefined, { refetchOnMountOrArgChange: true });
  return (
    <WaitingList
      query={query}
      items="mentors"
      empty={{ title: 'There are no mentors yet', text: 'Whoever you approve shows up here.' }}
      keyOf={({ user_id }) => user_id}
    >
      {(mentor) => <MentorCard mentor={mentor} />}
    </WaitingList>
  );
}

function MentorCard({ mentor }: { mentor: MentorApplication }) {
  const { user_id, display_name, email, slug, profile } = mentor;
  return (
    <Card className="flex flex-wrap items-center gap-4">
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
    </Card>
  );
}
