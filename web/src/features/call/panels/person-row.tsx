import { Ellipsis, Hand, Mic, MicOff, MonitorUp, UserX, Video, VideoOff } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose, DialogContent } from '@/components/ui/dialog';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { IconButton } from '@/components/ui/icon-button';
import { useCallState } from '../call-slice';
import type { Actions } from '../controls/use-actions';
import type { Person } from '../engine/protocol';
import { QualityBars, qualityWord } from '../stage/quality';

interface PersonRowProps {
  person: Person;
  isYou: boolean;
  moderates: boolean;
  actions: Actions;
}

const ROLES = { host: 'Mentor', member: null, guest: 'Guest' };

/** One person: who, how their connection is, what they send; for moderators what can be done. */
export function PersonRow({ person, isYou, moderates, actions }: PersonRowProps) {
  const { participant, name, role, connection, hand_raised, sources } = person;
  const score = useCallState((state) => state.quality[participant]);
  const [removing, setRemoving] = useState(false);
  const audio = sources.camera?.audio === 'on';
  const video = sources.camera?.video === 'on';
  const word = connection === 'reconnecting' ? 'Reconnecting…' : qualityWord(score).word;
  const about = [isYou ? 'You' : null, ROLES[role], word].filter(Boolean).join(' · ');

  return (
    <li
      data-testid="person"
      data-participant={participant}
      className="flex min-h-14 items-center gap-3"
    >
      <Avatar name={name} size="sm" />
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-medium">{name}</p>
        <p className="flex items-center gap-1.5 text-xs text-muted">
          <QualityBars score={connection === 'reconnecting' ? 0 : score} />
          <span className="truncate">{about}</span>
        </p>
      </div>
      <div className="flex items-center gap-2 text-muted [&_svg]:size-4">
        {hand_raised && <Hand role="img" aria-label="Hand raised" className="text-warning" />}
        {sources.screen && <MonitorUp role="img" aria-label="Presenting" />}
        {audio ? (
          <Mic role="img" aria-label="Microphone on" />
        ) : (
          <MicOff role="img" aria-label="Muted" />
        )}
        {video ? (
          <Video role="img" aria-label="Camera on" />
        ) : (
          <VideoOff role="img" aria-label="Camera off" />
        )}
      </div>
      {moderates && !isYou && (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <IconButton label={`Actions for ${name}`} size="sm" side="left">
              <Ellipsis aria-hidden />
            </IconButton>
          </DropdownMenuTrigger>
          <DropdownMenuContent>
            <DropdownMenuItem
              disabled={!audio}
              onSelect={() =>
                actions.moderate(
                  { action: 'mute', participant, kind: 'audio' },
                  `${name} was not muted`,
                )
              }
            >
              <MicOff aria-hidden />
              Mute
            </DropdownMenuItem>
            <DropdownMenuItem
              disabled={!video}
              onSelect={() =>
                actions.moderate(
                  { action: 'mute', participant, kind: 'video' },
                  `${name}'s camera was not turned off`,
                )
              }
            >
              <VideoOff aria-hidden />
              Turn camera off
            </DropdownMenuItem>
            <DropdownMenuItem destructive onSelect={() => setRemoving(true)}>
              <UserX aria-hidden />
              Remove from the session
            </DropdownMenuItem>
          </DropdownMenuContent>
        </DropdownMenu>
      )}
      <Dialog open={removing} onOpenChange={setRemoving}>
        <DialogContent
          title={`Remove ${name}?`}
          description="They leave the call at once. To come back they have to ask at the door again."
        >
          <div className="flex justify-end gap-3">
            <DialogClose asChild>
              <Button variant="secondary">Keep {name}</Button>
            </DialogClose>
            <Button
              variant="danger"
              onClick={() => {
                setRemoving(false);
                actions.moderate({ action: 'remove', participant }, `${name} was not removed`);
              }}
            >
              Remove
            </Button>
          </div>
        </DialogContent>
      </Dialog>
    </li>
  );
}
