import { LoadFailed } from '@/components/load-failed';
import { Skeleton } from '@/components/ui/skeleton';
import { ActionList } from './action-list';
import { useNotesQuery } from './api';
import { AttachmentList } from './attachment-list';
import { NoteEditor } from './note-editor';

const REFRESH_MS = 20_000;

/** What is written down beside a session: together, for oneself, to do, and files. */
export function NotesSection({ session }: { session: string }) {
  const { data, error, refetch } = useNotesQuery(session, {
    refetchOnMountOrArgChange: true,
    pollingInterval: REFRESH_MS,
    skipPollingIfUnfocused: true,
  });
  if (!data && !error) return <Skeleton className="h-64" />;
  if (!data) {
    return <LoadFailed title="The notes could not be loaded." error={error} onRetry={refetch} />;
  }
  return (
    <section aria-label="Notes" className="grid gap-8">
      <NoteEditor
        session={session}
        which="shared"
        title="Notes together"
        hint="Everybody who takes part reads and writes them."
        stored={data.shared}
      />
      <ActionList session={session} actions={data.actions} people={data.people} />
      <AttachmentList session={session} attachments={data.attachments} />
      <NoteEditor
        session={session}
        which="own"
        title="Notes for yourself"
        hint="Nobody else sees them."
        stored={data.own}
      />
    </section>
  );
}
