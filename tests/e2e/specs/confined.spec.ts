import { readFileSync, readdirSync } from 'node:fs';
import { confined, whyNotConfined } from '../harness/confinement.ts';
import { expect, test } from '../harness/fixtures.ts';
import { BINARY, Server } from '../harness/server.ts';

test('a call works as a user without rights on a read-only file system', async ({ inChromium }) => {
  const why = whyNotConfined(BINARY);
  test.skip(why !== null, why ?? '');
  const server = await Server.start({ command: confined });
  try {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    expect(status).toMatch(/^CapEff:\s0+$/mu);
    expect(status).toMatch(/^NoNewPrivs:\s1$/mu);
    // Read-only everywhere but in its data folder: what it wrote is there.
    const writable = readFileSync(`/proc/${server.pid}/mounts`, 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .filter(
        ([, point, , options]) => options?.split(',').includes('rw') && !/^\/(proc|sys|dev)(\/|$)/u.test(point ?? ''),
      );
    expect(writable.map(([, point]) => point)).toEqual([server.data]);
    expect(readdirSync(server.data)).toContain('facementor.db');

    const [ada, bo] = [await inChromium('ada', server.url), await inChromium('bo', server.url)];
    await ada.signIn('ada@demo.test');
    const code = await ada.openSession('open door');
    await ada.join(code, 'signed in');
    await bo.join(code, 'guest');
    await bo.sees(ada);
    await ada.sees(bo);
  } finally {
    await server.stop();
  }
});
