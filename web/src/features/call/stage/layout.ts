/** A place on the stage, in CSS pixels. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

const GAP = 8;
/** Faces look best near this shape; a tile far from it crops or leaves bars. */
const IDEAL_ASPECT = 3 / 2;
/** No tile is wider or taller than this, relative to the other side. Alone on the stage any shape is fine. */
const WIDEST = 16 / 9;
const TALLEST = 3 / 4;
/** Beside the large tile the others are about this wide, or this high when they stand below it. */
const STRIP_WIDTH = 208;
const STRIP_HEIGHT = 112;
const STRIP_ASPECT = 4 / 3;
/** A strip on a phone holds at least this many. */
const STRIP_COUNT = 4;
/** Kept free below the strip for oneself and the control bar. */
const SELF_VIEW_HEIGHT = 220;

/** The places of `count` equal tiles that fill the stage best, without scrolling. */
export function gridRects(count: number, { width, height }: Size): Rect[] {
  if (count <= 0 || width <= 0 || height <= 0) return [];
  if (count === 1) return [{ x: 0, y: 0, width, height }];
  const best = bestGrid(count, width, height);
  const { columns, rows, tile } = best;
  const top = (height - rows * tile.height - (rows - 1) * GAP) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - columns * (rows - 1) : columns;
    const left = (width - inRow * tile.width - (inRow - 1) * GAP) / 2;
    return {
      x: left + (index % columns) * (tile.width + GAP),
      y: top + row * (tile.height + GAP),
      ...tile,
    };
  });
}

function bestGrid(count: number, width: number, height: number) {
  let best = { columns: 1, rows: count, tile: { width: 0, height: 0 }, score: -1 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cell = {
      width: (width - (columns - 1) * GAP) / columns,
      height: (height - (rows - 1) * GAP) / rows,
    };
    if (cell.width <= 0 || cell.height <= 0) continue;
    const tile = {
      width: Math.min(cell.width, cell.height * WIDEST),
      height: Math.min(cell.height, cell.width / TALLEST),
    };
    const aspect = tile.width / tile.height;
    const shape = Math.min(aspect / IDEAL_ASPECT, IDEAL_ASPECT / aspect);
    const score = tile.width * tile.height * shape;
    if (score > best.score) best = { columns, rows, tile, score };
  }
  return best;
}

export interface SpeakerLayout {
  main: Rect;
  /** Places for the others, as many as fit. */
  others: Rect[];
}

/** One large tile and a strip of the others: at its right on a wide stage, below it on a tall one. */
export function speakerRects(others: number, { width, height }: Size): SpeakerLayout {
  if (others <= 0) return { main: { x: 0, y: 0, width, height }, others: [] };
  if (width > height) {
    const stripWidth = Math.min(STRIP_WIDTH, width * 0.22);
    const tileHeight = stripWidth / STRIP_ASPECT;
    const free = height - SELF_VIEW_HEIGHT > tileHeight ? height - SELF_VIEW_HEIGHT : height;
    const shown = Math.min(others, Math.max(1, Math.floor((free + GAP) / (tileHeight + GAP))));
    return {
      main: { x: 0, y: 0, width: width - stripWidth - GAP, height },
      others: Array.from({ length: shown }, (_, index) => ({
        x: width - stripWidth,
        y: index * (tileHeight + GAP),
        width: stripWidth,
        height: tileHeight,
      })),
    };
  }
  const stripHeight = Math.min(STRIP_HEIGHT, height * 0.22);
  const room = (width - (STRIP_COUNT - 1) * GAP) / STRIP_COUNT;
  const tileWidth = Math.min(stripHeight, Math.max(room, stripHeight / 2));
  const shown = Math.min(others, Math.max(1, Math.floor((width + GAP) / (tileWidth + GAP))));
  const left = (width - shown * tileWidth - (shown - 1) * GAP) / 2;
  return {
    main: { x: 0, y: stripHeight + GAP, width, height: height - stripHeight - GAP },
    others: Array.from({ length: shown }, (_, index) => ({
      x: left + index * (tileWidth + GAP),
      y: 0,
      width: tileWidth,
      height: stripHeight,
    })),
  };
}
