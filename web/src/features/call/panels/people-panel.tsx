import { Lock } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { ScrollArea } from '@/components/ui/scroll-area';
import { Switch } from '@/components/ui/switch';
import { useCallState } from '../call-slice';
import type { Actions } from '../controls/use-actions';
import { useCopy } from '@/lib/use-copy';
import { EncryptionBadge } from '../encryption/encryption-badge';
import { PersonRow } from './person-row';
import { WaitingPeople } from './waiting-people';

/** Who is here, who waits, and for moderators what to do about it. */
export function PeoplePanel({ actions, joinUrl }: { actions: Actions; joinUrl: string }) {
  const participants = useCallState((state) => state.participants);
  const you = useCallState((state) => state.you);
  const room = useCallState((state) => state.room);
  const { copied, copy } = useCopy(joinUrl);
  const moderates = you?.grants.includes('moderate') ?? false;

  return (
    <>
      <ScrollArea className="min-h-0 flex-1">
        <div className="grid gap-4 px-4 py-2">
          <EncryptionBadge />
          <WaitingPeople actions={actions} />
          <section aria-label="In the session" className="grid gap-1">
            <h3 className="text-xs font-medium text-muted">
              In the session ({participants.length})
            </h3>
            <ul className="grid">
              {participants.map((person) => (
                <PersonRow
                  key={person.participant}
                  person={person}
                  isYou={person.participant === you?.participant}
                  moderates={moderates}
                  actions={actions}
                />
              ))}
            </ul>
          </section>
        </div>
      </ScrollArea>
      <div className="grid gap-3 border-t border-border p-4">
        {moderates && room && (
          <label className="flex items-center justify-between gap-3 text-sm" htmlFor="lock">
            <span className="flex items-center gap-2">
              <Lock className="size-4 text-muted" aria-hidden />
              Locked: nobody else comes in
            </span>
            <Switch
              id="lock"
              checked={room.locked}
              onCheckedChange={(lock) =>
                actions.moderate(
                  { action: lock ? 'lock' : 'unlock' },
                  lock ? 'The session was not locked' : 'The session is still locked',
                )
              }
            />
          </label>
        )}
        <Button variant="secondary" onClick={() => void copy()}>
          {copied ? 'Link copied' : 'Copy the link'}
        </Button>
      </div>
    </>
  );
}
