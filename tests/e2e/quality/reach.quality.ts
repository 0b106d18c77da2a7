import { measureJoins } from './joins.ts';
import type { Impairment } from './link.ts';
import { type Stage, test } from './stage.ts';

test('join-50ms', async ({ stage }) => {
  await joins(stage, 'join-50ms', { delay: 50 }, 800);
});

test('join-udp-blocked', async ({ stage }) => {
  await joins(stage, 'join-udp-blocked', { delay: 20, block: 'udp' }, 2_000);
});

async function joins(stage: Stage, name: string, both: Impairment, target: number): Promise<void> {
  await stage.link.set({ reset: true, both });
  await measureJoins(name, target, stage.code, stage.far);
}
