import { expect, test } from '../harness/fixtures.ts';
import { watchCredentials } from '../harness/credentials.ts';

const WAITING = '[data-testid="waiting"]';

test('the waiting room admits, and refuses', async ({ inChromium }) => {
  const [ada, bo, eve] = [await inChromium('ada'), await inChromium('bo'), await inChromium('eve')];
  await ada.signIn('ada@demo.test');
  const code = await ada.openSession('with waiting room');
  await ada.join(code, 'signed in');
  await ada.isInCall();

  await bo.join(code, 'guest');
  await bo.shows(WAITING);
  expect(await ada.count(ada.tile(bo))).toBe(0);
  await ada.admits(bo);
  await bo.isInCall();
  await ada.sees(bo);
  await bo.sees(ada);

  await eve.join(code, 'guest');
  await eve.shows(WAITING);
  await ada.refuses(eve);
  await eve.poll('Eve is told', () => eve.location()).toContain('reason=refused');
  expect(await ada.count(ada.tile(eve))).toBe(0);
  await bo.seesMovement(ada);
});

test('a removed participant cannot come back with the same token', async ({ inChromium }) => {
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  await ada.signIn('ada@demo.test');
  const code = await ada.openSession('open door');
  await ada.join(code, 'signed in');
  const credentials = watchCredentials(bo);
  await bo.join(code, 'guest');
  await ada.sees(bo);

  await ada.removes(bo);
  await bo.poll('Bo is told', () => bo.location()).toContain('reason=removed');
  await ada.showsNo(ada.tile(bo));

  const { signaling, roomToken, resumeToken } = credentials();
  expect(await bo.saysHello(signaling, { token: roomToken })).toBe('token_revoked');
  expect(await bo.saysHello(signaling, { resume: resumeToken })).toBe('resume_unknown');
  // The link still leads to the door, and there the mentor decides.
  await bo.join(code, 'guest');
  await bo.shows(WAITING);
});
