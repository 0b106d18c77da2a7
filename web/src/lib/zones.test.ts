import { expect, test } from 'vitest';
import { zoneGroups } from './zones';

test('zones are listed by region under the names people use', () => {
  const groups = zoneGroups(null);
  const labels = (region: string) => groups.find((group) => group.region === region)?.zones ?? [];
  expect(labels('Europe')).toContainEqual({ id: 'Europe/Madrid', label: 'Madrid' });
  expect(labels('America')).toContainEqual({
    id: 'America/Argentina/Ushuaia',
    label: 'Ushuaia (Argentina)',
  });
  expect(labels('Everywhere')).toContainEqual({ id: 'UTC', label: 'UTC' });
});

test('the zone somebody chose stays, also one this browser does not know', () => {
  const ids = zoneGroups('Europe/Atlantis').flatMap(({ zones }) => zones.map(({ id }) => id));
  expect(ids).toContain('Europe/Atlantis');
  expect(new Set(ids).size).toBe(ids.length);
});
