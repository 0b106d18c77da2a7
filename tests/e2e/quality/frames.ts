import type { Participant } from '../harness/participant.ts';

/** A picture as the eye gets it: when each frame was shown, and how many lines it had. */
export interface Shown {
  /** Milliseconds since the epoch. */
  at: number;
  lines: number;
}

/** From now on the page keeps when each frame of that tile is shown, whichever element shows it. */
export async function watchFrames(person: Participant, of: { name: string }): Promise<void> {
  await person.driver.evaluate((selector) => {
    const page = window as unknown as { shown?: { at: number; lines: number }[] };
    if (page.shown) return;
    const shown: { at: number; lines: number }[] = [];
    page.shown = shown;
    const watched = new WeakSet<HTMLVideoElement>();
    const watch = () => {
      const video = document.querySelector<HTMLVideoElement>(`${selector} video`);
      if (!video || watched.has(video)) return;
      watched.add(video);
      const seen = (_: number, frame: VideoFrameCallbackMetadata) => {
        shown.push({ at: performance.timeOrigin + frame.presentationTime, lines: frame.height });
        video.requestVideoFrameCallback(seen);
      };
      video.requestVideoFrameCallback(seen);
    };
    watch();
    setInterval(watch, 50);
  }, person.tile(of));
}

export function shownFrames(person: Participant): Promise<Shown[]> {
  return person.driver.evaluate(() => (window as unknown as { shown: Shown[] }).shown, undefined);
}

/** The longest time without a new frame that began between two moments, in milliseconds. */
export function longestGap(frames: Shown[], from: number, to: number): number {
  const gaps = frames.slice(1).map(({ at }, index) => ({ since: frames[index]?.at ?? at, at }));
  return Math.max(0, ...gaps.filter(({ since }) => since >= from && since <= to).map(({ since, at }) => at - since));
}

/** The first frame after a moment that fits. */
export function firstShown(frames: Shown[], after: number, fits: (frame: Shown) => boolean = () => true) {
  return frames.find((frame) => frame.at > after && fits(frame))?.at ?? Number.NaN;
}

/** How often the size changed between two moments. */
export function resizes(frames: Shown[], from: number, to: number): number {
  const lines = frames.filter(({ at }) => at >= from && at <= to).map((frame) => frame.lines);
  return lines.filter((height, index) => index > 0 && height !== lines[index - 1]).length;
}
