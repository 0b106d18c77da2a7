import { type Targets, measureJoins } from './joins.ts';
import type { Impairment } from './link.ts';
import { type Stage, test } from './stage.ts';

test('join-50ms', async ({ stage }) => {
  await joins(stage, 'join-50ms', { delay: 50 }, { join: 800, connected: 1_000 });
});

test('join-udp-blocked', async ({ stage }) => {
  await joins(stage, 'join-udp-blocked', { delay: 20, block: 'udp' }, { join: 2_000, connected: 2_000 });
});

async function joins(stage: Stage, name: string, both: Impairment, targets: Targets): Promise<void> {
  await stage.link.set({ reset: true, both });
  await measureJoins(name, targets, stage.code, stage.far);
}
