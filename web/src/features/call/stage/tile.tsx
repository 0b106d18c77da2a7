import { Hand, LockKeyhole, MicOff, MonitorUp, Pin, PinOff, WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { IconButton } from '@/components/ui/icon-button';
import { Tooltip } from '@/components/ui/tooltip';
import { cn } from '@/lib/cn';
import { useAppDispatch } from '@/lib/root-reducer';
import { useCall } from '../call-context';
import { tilePinned, useCallState, useCallUi } from '../call-slice';
import { slotOf } from '../engine/call-state';
import type { Person, Source } from '../engine/protocol';
import { tileKey } from '../engine/wants';
import { MediaElement } from '../media-element';
import type { Rect } from './layout';
import { QualityBars, qualityWord } from './quality';

interface TileProps {
  person: Person;
  source: Source;
  rect: Rect;
  /** Large tiles get the better picture when the network is short. */
  priority: number;
}

/** Why a tile of an encrypted call stays dark. */
const SEALED_WORDS = {
  'no-key': 'Encrypted, and your link has no key',
  'other-key': 'Not encrypted with your key',
};

/** One person's camera or screen, where the layout puts it. */
export function Tile({ person, source, rect, priority }: TileProps) {
  const call = useCall();
  const dispatch = useAppDispatch();
  const { participant, name, connection } = person;
  const slot = useCallState((state) => slotOf(state.slots, participant, source));
  // A server short of time leaves cameras out; a still picture would look like a fault.
  const flows = useCallState((state) =>
    state.slots.some((known) => known.slot === slot && known.video !== false),
  );
  const sealed = useCallState((state) => {
    if (state.encryption === 'no-key') return 'no-key';
    return slot !== null && state.undecryptable.includes(slot) ? 'other-key' : 'no';
  });
  const speaks = useCallState((state) => state.speakers.includes(participant));
  const score = useCallState((state) => state.quality[participant]);
  const media = useCallState((state) => state.media);
  const pinned = useCallUi((slice) => slice.pinned === tileKey(participant, source));
  const [shown, setShown] = useState<MediaStreamTrack | null>(null);
  const [frozenTrack, setFrozenTrack] = useState<MediaStreamTrack | null>(null);

  const state = person.sources[source] ?? { audio: 'off', video: 'off' };
  // `media` is read because a new peer connection has new tracks in the same slots.
  const track =
    sealed === 'no' && state.video === 'on' && slot !== null && flows && media !== 'new'
      ? (call.tracksOf(participant, source)?.video ?? null)
      : null;
  const away = connection === 'reconnecting';
  // A still screen is a fine screen: only cameras always move.
  const frozen = source === 'camera' && track !== null && frozenTrack === track && !away;
  const muted = source === 'camera' && state.audio !== 'on';
  const small = rect.width < 150;

  const { width, height } = rect;
  useEffect(() => {
    // What does not open stays so, and a decoder without a picture would ask the sender for keyframes all the time.
    const scale = sealed === 'no' ? window.devicePixelRatio || 1 : 0;
    call.want({ participant, source, width: width * scale, height: height * scale, priority });
  }, [call, participant, source, width, height, priority, sealed]);
  useEffect(() => () => call.unwant(participant, source), [call, participant, source]);

  const label = [
    source === 'screen' ? `${name}'s screen` : name,
    muted && 'muted',
    source === 'camera' && person.sources.screen?.video === 'on' && 'presenting',
    source === 'camera' && state.video !== 'on' && 'camera off',
    person.hand_raised && source === 'camera' && 'hand raised',
    away && 'reconnecting',
    frozen && 'picture frozen',
    sealed !== 'no' && SEALED_WORDS[sealed],
  ]
    .filter(Boolean)
    .join(', ');
  const { word, bars } = qualityWord(score);

  return (
    <div
      role="group"
      aria-label={label}
      data-testid="tile"
      data-participant={participant}
      data-name={name}
      data-source={source}
      data-audio={state.audio}
      data-video={state.video}
      data-connection={connection}
      data-frozen={frozen}
      data-playing={track !== null && shown === track}
      data-sealed={sealed}
      data-speaking={speaks}
      data-hand={person.hand_raised}
      data-slot={slot ?? ''}
      style={{ left: rect.x, top: rect.y, width: rect.width, height: rect.height }}
      className="group absolute overflow-hidden rounded-md bg-surface-2"
    >
      <div className="absolute inset-0 grid place-content-center">
        <Avatar name={name} size={small ? 'md' : rect.height < 260 ? 'lg' : 'xl'} />
      </div>
      {track && (
        <div className={cn('absolute inset-0', shown !== track && 'opacity-0')}>
          <MediaElement
            key={track.id}
            track={track}
            fit={source === 'screen' ? 'contain' : 'cover'}
            onFirst={() => {
              setShown(track);
              call.firstFrameShown();
            }}
            onFrozen={(isFrozen) => setFrozenTrack(isFrozen ? track : null)}
            className={cn((away || frozen) && 'brightness-50 grayscale')}
          />
        </div>
      )}
      {(away || frozen) && (
        <div className="absolute inset-0 grid place-content-center bg-black/45 p-2 text-center text-white">
          <p className="flex items-center gap-2 rounded-full bg-black/60 px-3 py-1.5 text-sm">
            <WifiOff className="size-4 shrink-0" aria-hidden />
            {away ? 'Reconnecting…' : 'Picture frozen'}
          </p>
        </div>
      )}
      {sealed !== 'no' && !away && (
        <div className="absolute inset-0 grid place-content-center bg-black/45 p-2 text-center text-white">
          <p className="flex items-center gap-2 rounded-full bg-black/60 px-3 py-1.5 text-sm">
            <LockKeyhole className="size-4 shrink-0" aria-hidden />
            {rect.width < 260 ? 'Encrypted' : SEALED_WORDS[sealed]}
          </p>
        </div>
      )}
      {speaks && source === 'camera' && (
        <div className="pointer-events-none absolute inset-0 rounded-md ring-3 ring-accent ring-inset" />
      )}
      <div
        aria-hidden
        className="absolute top-2 left-2 flex max-w-[calc(100%-1rem)] items-center gap-1.5 rounded-full bg-black/60 px-2.5 py-1 text-sm text-white"
      >
        {muted && <MicOff className="size-3.5 shrink-0" />}
        {source === 'screen' && <MonitorUp className="size-3.5 shrink-0" />}
        <span className="truncate">{name}</span>
        {!small && (
          <Tooltip text={word} side="bottom">
            <span
              className={cn(
                'transition-opacity',
                bars !== 1 && 'hidden group-focus-within:inline-flex group-hover:inline-flex',
              )}
            >
              <QualityBars score={score} />
            </span>
          </Tooltip>
        )}
      </div>
      {person.hand_raised && source === 'camera' && (
        <span
          aria-hidden
          className="absolute right-2 bottom-2 grid size-9 animate-rise place-content-center rounded-full bg-warning text-black"
        >
          <Hand className="size-5" />
        </span>
      )}
      <IconButton
        label={pinned ? `Unpin ${name}` : `Pin ${name}`}
        size="sm"
        shape="round"
        side="bottom"
        onClick={() => dispatch(tilePinned(pinned ? null : tileKey(participant, source)))}
        className={cn(
          'absolute top-2 right-2 bg-black/60 text-white opacity-0 transition-opacity group-hover:opacity-100 hover:bg-black/80 focus-visible:opacity-100',
          pinned && 'opacity-100',
          small && 'hidden',
        )}
      >
        {pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
      </IconButton>
    </div>
  );
}
