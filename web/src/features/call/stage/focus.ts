import type { ParticipantId } from '../engine/protocol';

/** Who is large, and who may become so. Times in milliseconds. */
export interface Focus {
  shown: ParticipantId | null;
  shownSince: number;
  candidate: ParticipantId | null;
  candidateSince: number;
}

export const NO_FOCUS: Focus = {
  shown: null,
  shownSince: 0,
  candidate: null,
  candidateSince: 0,
};

/** A "yes" in between does not take the stage. Product decision. */
const SPEAKS_FOR_MS = 800;
/** Whoever is large stays so for a while. */
const STAYS_FOR_MS = 2_500;

/** Moves the focus to the loudest of the others, with hysteresis; whoever fell silent stays large. */
export function nextFocus(
  focus: Focus,
  speakers: readonly ParticipantId[],
  present: readonly ParticipantId[],
  now: number,
): Focus {
  const shown = focus.shown !== null && present.includes(focus.shown) ? focus.shown : null;
  const loudest = speakers.find((speaker) => present.includes(speaker)) ?? null;
  if (loudest === null || loudest === shown) {
    return settle({ ...focus, shown, candidate: null, candidateSince: now }, focus);
  }
  if (shown === null) {
    return { shown: loudest, shownSince: now, candidate: null, candidateSince: now };
  }
  const since = focus.candidate === loudest ? focus.candidateSince : now;
  const due = now - since >= SPEAKS_FOR_MS && now - focus.shownSince >= STAYS_FOR_MS;
  if (due) return { shown: loudest, shownSince: now, candidate: null, candidateSince: now };
  return { ...focus, shown, candidate: loudest, candidateSince: since };
}

/** When to look again although nobody began or stopped to speak; null for never. */
export function focusDueIn(focus: Focus, now: number): number | null {
  if (focus.candidate === null) return null;
  const due = Math.max(focus.candidateSince + SPEAKS_FOR_MS, focus.shownSince + STAYS_FOR_MS);
  return Math.max(0, due - now);
}

/** The same object where nothing changed, so that nothing is drawn anew. */
function settle(next: Focus, before: Focus): Focus {
  return next.shown === before.shown && before.candidate === null ? before : next;
}
