import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Participant } from '../harness/participant.ts';
import type { Observed } from '../harness/page-script.ts';
import type { Server } from '../harness/server.ts';
import { captureClip } from './clip.ts';
import { resizes, shownFrames, watchFrames } from './frames.ts';
import { Sampler } from './samples.ts';
import { measure, pause, test } from './stage.ts';

const SFU_LOAD = fileURLToPath(new URL('../../../bench/sfu-load/target/release/sfu-load', import.meta.url));
const OTHERS = 11;
const LINK = 2_000;
/** Seconds until what fits has been found out, and that are then judged. */
const [SETTLES, JUDGED] = [20, 60];
/** Packets of sound a second, of each. */
const SOUND = 50;

// Her camera is recorded before the call begins, when nothing else needs these cores: in the size that the clip asks for.
test.use({ slots: OTHERS, camera: { width: 1280, height: 720, framesPerSecond: 20 } });

test('twelve', async ({ stage }) => {
  const folder = mkdtempSync(join(tmpdir(), 'facementor-twelve-'));
  const layers = await captureClip(stage.near.driver, folder);
  await measure(
    'twelve',
    {
      speaker: { unit: 'lines of who speaks, all the time', target: 360, atLeast: true },
      switches: { unit: 'of the speaker, a minute', target: 2 },
      sound: { unit: '% of its packets came, of who is heard worst', target: 99, atLeast: true },
      changes: { unit: 'pictures that come or go, a minute', target: null },
      seen: { unit: `of ${OTHERS} are seen`, target: null },
      used: { unit: '% of the link', target: null },
      offer: { unit: 'KiB, with a slot for each', target: 256 },
    },
    async () => {
      await stage.link.set({ reset: true, both: { delay: 20 }, down: { delay: 20, rate: LINK } });
      // Those of the run before said no goodbye: they stay in their own room until it forgets them.
      await stage.near.driver.goto(stage.server.url);
      const code = await stage.near.openSession('open door');
      await stage.near.driver.goto('about:blank');
      const crowd = await gather(stage.server, code, layers);
      const far = await stage.far();
      await far.join(code, 'guest');
      const speaker = { name: 'Person 0' };
      await far.shows(`${far.tile(speaker)} video`);
      await watchFrames(far, speaker);
      const sampler = new Sampler(far.driver);
      await pause(1_000 * SETTLES);
      await stage.link.carried();
      const [from, before] = [Date.now(), await receivedByStream(far)];
      let changes = 0;
      let seen = await playing(far);
      for (const end = from + 1_000 * JUDGED; Date.now() < end; await pause(1_000)) {
        const now = await playing(far);
        changes +=
          [...now].filter((name) => !seen.has(name)).length + [...seen].filter((name) => !now.has(name)).length;
        seen = now;
      }
      const [until, after] = [Date.now(), await receivedByStream(far)];
      const carried = await stage.link.carried();
      const frames = (await shownFrames(far)).filter(({ at }) => at >= from && at <= until);
      const samples = await sampler.stop();
      const offer = await far.driver.evaluate(
        () =>
          (window as never as { observed: Observed }).observed.connections.map(
            ({ localDescription }) => localDescription?.sdp.length ?? 0,
          ),
        undefined,
      );
      await far.driver.close();
      crowd.kill('SIGINT');
      await once(crowd, 'exit');
      const seconds = (until - from) / 1_000;
      const shares = Object.entries(after).map(([id, packets]) => (packets - (before[id] ?? 0)) / (SOUND * seconds));
      return {
        samples,
        figures: {
          speaker: Math.min(...frames.map(({ lines }) => lines)),
          switches: (60 * resizes(frames, from, until)) / seconds,
          sound: shares.length === OTHERS ? 100 * Math.min(...shares) : 0,
          changes: (60 * changes) / seconds,
          seen: seen.size,
          used: (100 * 8 * carried.down.bytes) / (seconds * LINK * 1_000),
          offer: Math.max(...offer) / 1_024,
        },
      };
    },
  );
  rmSync(folder, { recursive: true, force: true });
});

/** Eleven people without a browser, who send the clip; the first of them speaks. */
async function gather(server: Server, code: string, layers: string[]): Promise<ChildProcess> {
  const tokens: string[] = [];
  for (let place = 0; place < OTHERS; place += 1) {
    const answer = await fetch(`${server.url}/api/join/${code}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: `Person ${place}` }),
    });
    if (!answer.ok) throw new Error(`joining: ${answer.status} ${await answer.text()}`);
    tokens.push(((await answer.json()) as { room_token: string }).room_token);
  }
  const people = ['--rooms', String(OTHERS), '--publishers', '1', '--speaker', '0', '--audio-pps', String(SOUND)];
  const media = ['--replay', layers.join(','), '--duration', '600'];
  const signaling = ['signaling', '--url', `ws://127.0.0.1:${server.httpPort}/signaling`, '--token', tokens.join(',')];
  const crowd = spawn(SFU_LOAD, [...people, ...media, ...signaling], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let told = '';
    crowd.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (told.includes('peer connections in')) resolve(crowd);
    });
    crowd.on('exit', () => reject(new Error(`sfu-load ended: ${told}`)));
  });
}

/** Packets of sound that came, by who sent them. */
function receivedByStream(person: Participant): Promise<Record<string, number>> {
  return person.driver.evaluate(async () => {
    const { connections } = (window as never as { observed: Observed }).observed;
    const received: Record<string, number> = {};
    for (const connection of connections) {
      for (const stat of (await connection.getStats()).values() as Iterable<Record<string, number | string>>) {
        if (stat.type === 'inbound-rtp' && stat.kind === 'audio' && Number(stat.packetsReceived) > 0) {
          received[String(stat.ssrc)] = Number(stat.packetsReceived);
        }
      }
    }
    return received;
  }, undefined);
}

/** Whose picture is shown now. */
async function playing(person: Participant): Promise<Set<string>> {
  const names = await person.driver.evaluate(
    () =>
      [...document.querySelectorAll<HTMLElement>('[data-testid="tile"]')]
        .filter((tile) => (tile.querySelector('video')?.videoWidth ?? 0) > 2 && tile.dataset.name?.startsWith('Person'))
        .map((tile) => tile.dataset.name ?? ''),
    undefined,
  );
  return new Set(names);
}
