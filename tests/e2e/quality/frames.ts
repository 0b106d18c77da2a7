import { percentile } from '../bench/figures.ts';
import type { Participant } from '../harness/participant.ts';

/** A picture as the eye gets it: when each frame was shown, and how many lines it had. */
export interface Shown {
  /** Milliseconds since the epoch. */
  at: number;
  lines: number;
  /** When it was captured: milliseconds of the RTP clock, which wraps. */
  captured: number;
  received?: number;
}

/** The RTP clock of video, a millisecond; it wraps after 2^32 ticks. */
const TICKS = 90;
const WRAP = 2 ** 32 / TICKS;
/** Frames that make a moving picture. */
const FEW = 5;

/** From now on the page keeps when each frame of that tile is shown, whichever element shows it. */
export async function watchFrames(person: Participant, of: { name: string }): Promise<void> {
  await person.driver.evaluate((selector) => {
    const page = window as unknown as { shown?: { at: number; lines: number; captured: number }[] };
    if (page.shown) return;
    const shown: { at: number; lines: number; captured: number; received?: number }[] = [];
    page.shown = shown;
    const watched = new WeakSet<HTMLVideoElement>();
    const watch = () => {
      const video = document.querySelector<HTMLVideoElement>(`${selector} video`);
      if (!video || watched.has(video)) return;
      watched.add(video);
      const seen = (_: number, frame: VideoFrameCallbackMetadata) => {
        shown.push({
          at: performance.timeOrigin + frame.presentationTime,
          lines: frame.height,
          captured: (frame.rtpTimestamp ?? 0) / 90,
          received: performance.timeOrigin + (frame.receiveTime ?? 0),
        });
        video.requestVideoFrameCallback(seen);
      };
      video.requestVideoFrameCallback(seen);
    };
    watch();
    setInterval(watch, 50);
  }, person.tile(of));
}

/** Waits until a few frames more have been shown since they are watched. */
export async function seesFrames(person: Participant, of: { name: string }): Promise<void> {
  await watchFrames(person, of);
  const before = (await shownFrames(person)).length;
  await person
    .poll(`frames of ${of.name} are shown to ${person.name}`, async () => {
      return (await shownFrames(person)).length > before + FEW;
    })
    .toBe(true);
}

export function shownFrames(person: Participant): Promise<Shown[]> {
  return person.driver.evaluate(() => (window as unknown as { shown: Shown[] }).shown, undefined);
}

/** When the first frame after a moment was shown, if it was; asked of the page, which keeps many. */
export function firstShownAfter(person: Participant, after: number): Promise<number | null> {
  return person.driver.evaluate(
    (after) => (window as unknown as { shown: Shown[] }).shown.find(({ at }) => at > after)?.at ?? null,
    after,
  );
}

/** The page forgets the frames so far. */
export function forgetFrames(person: Participant): Promise<void> {
  return person.driver.evaluate(() => {
    (window as unknown as { shown: Shown[] }).shown.length = 0;
  }, undefined);
}

/** The longest time without a new frame that began between two moments, in milliseconds. */
export function longestGap(frames: Shown[], from: number, to: number): number {
  const gaps = frames.slice(1).map(({ at }, index) => ({ since: frames[index]?.at ?? at, at }));
  return Math.max(0, ...gaps.filter(({ since }) => since >= from && since <= to).map(({ since, at }) => at - since));
}

/**
 * The same, of gaps that are not the camera's own: beyond the time between two captures that is usual, what the camera left out is
 * taken off. On a busy machine it leaves out more than any network.
 */
export function longestAddedGap(frames: Shown[], from: number, to: number): number {
  const steps = frames.slice(1).map((frame, index) => {
    const before = frames[index] ?? frame;
    const captured = (((frame.captured - before.captured) % WRAP) + WRAP) % WRAP;
    return { since: before.at, gap: frame.at - before.at, captured };
  });
  const usual = percentile(
    steps.map(({ captured }) => captured),
    0.5,
  );
  const within = steps.filter(({ since }) => since >= from && since <= to);
  return Math.max(0, ...within.map(({ gap, captured }) => gap - Math.max(0, captured - usual)));
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
