import { useTitle } from '@/lib/title';
import { useMentorApplicationsInfiniteQuery } from './api';
import { ApplicationCard } from './application-card';
import { WaitingList } from './waiting-list';

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
  const query = useMentorApplicationsInfiniteQuery(undefined, { refetchOnMountOrArgChange: true });
  return (
    <WaitingList
      query={query}
      items="applications"
      empty={{
        title: 'Nobody is waiting',
        text: 'Applications of new mentors show up here.',
      }}
      keyOf={({ user_id }) => user_id}
    >
      {(application) => <ApplicationCard application={application} />}
    </WaitingList>
  );
}
