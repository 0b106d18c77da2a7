import { zoneName } from './time';

export interface ZoneGroup {
  /** "Europe". */
  region: string;
  zones: { id: string; label: string }[];
}

/** Every zone the browser knows, by region; `kept` stays a choice even when the browser does not know it. */
export function zoneGroups(kept: string | null): ZoneGroup[] {
  const ids = new Set(Intl.supportedValuesOf('timeZone'));
  ids.add('UTC');
  if (kept) ids.add(kept);
  const groups = new Map<string, ZoneGroup>();
  for (const id of [...ids].sort()) {
    const region = id.includes('/') ? (id.split('/')[0] ?? id) : 'Everywhere';
    const group = groups.get(region) ?? { region, zones: [] };
    const inner = id.split('/').slice(1, -1).join(', ').replaceAll('_', ' ');
    group.zones.push({ id, label: inner ? `${zoneName(id)} (${inner})` : zoneName(id) });
    groups.set(region, group);
  }
  return [...groups.values()];
}
