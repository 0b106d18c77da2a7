/** The way sound and picture take between the browser and the server. */
export interface Path {
  way: 'direct' | 'relayed';
  /** To the server, or to the relay. */
  protocol: string;
  /** There and back; null before the first check. */
  roundTripMs: number | null;
}

/** An entry of an RTCStatsReport. */
export interface StatsEntry {
  id: string;
  type: string;
  [key: string]: unknown;
}

/** The path in use as a browser's statistics tell it; null while there is none. */
export function pathOf(report: Iterable<StatsEntry>): Path | null {
  const entries = new Map<unknown, StatsEntry>();
  for (const entry of report) entries.set(entry.id, entry);
  const all = [...entries.values()];
  const transport = all.find(({ type }) => type === 'transport');
  const pair =
    entries.get(transport?.selectedCandidatePairId) ??
    // Firefox has no transport entry.
    all.find(({ type, selected }) => type === 'candidate-pair' && selected === true);
  const local = entries.get(pair?.localCandidateId);
  if (!pair || !local) return null;
  // Not by the candidate's type: behind a NAT, what a relay sends shows as `prflx`.
  const relay = local.relayProtocol;
  const seconds = pair.currentRoundTripTime;
  return {
    way: typeof relay === 'string' ? 'relayed' : 'direct',
    protocol: String(relay ?? local.protocol),
    roundTripMs: typeof seconds === 'number' ? Math.round(seconds * 1000) : null,
  };
}
