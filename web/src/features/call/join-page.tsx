import { useParams } from 'react-router';
import { useJoinInfoQuery } from '@/api/join';
import { useTitle } from '@/lib/title';

/** Pre-join, then the call itself, in one page so that the signaling socket stays open. */
export function JoinPage() {
  const { joinCode = '' } = useParams();
  const { data } = useJoinInfoQuery(joinCode);
  useTitle(data?.session.title ?? 'Join');
  return (
    <main className="mx-auto grid max-w-2xl gap-4 px-4 py-24">
      <h1 className="text-xl">{data?.session.title}</h1>
    </main>
  );
}
