import { useMemo, useRef } from 'react';
import { useCallState, useCallUi } from '../call-slice';
import type { Person, Source } from '../engine/protocol';
import { tileKey } from '../engine/wants';
import { Alone } from './alone';
import { gridRects, type Rect, speakerRects } from './layout';
import { SelfView } from './self-view';
import { Tile } from './tile';
import { useFocus } from './use-focus';
import { useSize } from './use-size';

interface Shown {
  key: string;
  person: Person;
  source: Source;
}

/** The pictures: everyone else, as large as the window allows, and oneself in a corner. */
export function Stage({ joinUrl, barShown }: { joinUrl: string; barShown: boolean }) {
  const area = useRef<HTMLDivElement>(null);
  const size = useSize(area);
  const you = useCallState((state) => state.you);
  const participants = useCallState((state) => state.participants);
  const speakers = useCallState((state) => state.speakers);
  const view = useCallUi((slice) => slice.view);
  const pinned = useCallUi((slice) => slice.pinned);

  const others = useMemo(
    () => participants.filter(({ participant }) => participant !== you?.participant),
    [participants, you?.participant],
  );
  const ids = useMemo(() => others.map(({ participant }) => participant), [others]);
  const focus = useFocus(speakers, ids);
  const tiles = useMemo(() => listTiles(others), [others]);
  const main = mainTile(tiles, view, pinned, focus);
  const placed = place(tiles, main, size);
  const hidden = tiles.length - placed.length;
  const me = participants.find(({ participant }) => participant === you?.participant);

  return (
    <div ref={area} data-testid="stage" className="relative min-h-0 min-w-0 flex-1">
      {tiles.length === 0 && <Alone joinUrl={joinUrl} />}
      {size.width > 0 &&
        placed.map(({ key, person, source, rect, priority }) => (
          <Tile key={key} person={person} source={source} rect={rect} priority={priority} />
        ))}
      {hidden > 0 && (
        <p className="absolute top-2 right-2 z-10 rounded-full bg-black/75 px-3 py-1 text-sm text-white">
          <span aria-hidden>+{hidden}</span>
          <span className="sr-only">and {hidden} more people</span>
        </p>
      )}
      {size.width > 0 && (
        <SelfView name={me?.name ?? you?.name ?? 'You'} stage={size} barShown={barShown} />
      )}
    </div>
  );
}

/** Screens first, then people in the order of joining. */
function listTiles(others: readonly Person[]): Shown[] {
  const of = (person: Person, source: Source): Shown => ({
    key: tileKey(person.participant, source),
    person,
    source,
  });
  const screens = others.filter(({ sources }) => sources.screen?.video === 'on');
  return [
    ...screens.map((person) => of(person, 'screen')),
    ...others.map((person) => of(person, 'camera')),
  ];
}

/** Who is large: whatever was pinned, a shared screen, or whoever speaks. Null for a grid of equals. */
function mainTile(
  tiles: readonly Shown[],
  view: 'speaker' | 'grid',
  pinned: string | null,
  focus: string | null,
): Shown | null {
  if (tiles.length < 2) return null;
  const chosen = tiles.find(({ key }) => key === pinned);
  if (chosen) return chosen;
  if (view === 'grid') return null;
  const screen = tiles.find(({ source }) => source === 'screen');
  if (screen) return screen;
  return tiles.find(({ person }) => person.participant === focus) ?? null;
}

/** The others keep their order, and so their place; the element of a tile is never rebuilt. */
function place(
  tiles: readonly Shown[],
  main: Shown | null,
  size: { width: number; height: number },
): (Shown & { rect: Rect; priority: number })[] {
  const with_ = (tile: Shown, rect: Rect | undefined, priority: number) =>
    rect ? [{ ...tile, rect, priority }] : [];
  if (!main) {
    const rects = gridRects(tiles.length, size);
    return tiles.flatMap((tile, index) => with_(tile, rects[index], 1));
  }
  const rest = tiles.filter((tile) => tile !== main);
  const layout = speakerRects(rest.length, size);
  return tiles.flatMap((tile) =>
    tile === main ? with_(tile, layout.main, 2) : with_(tile, layout.others[rest.indexOf(tile)], 0),
  );
}
