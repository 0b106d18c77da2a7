import { ChromiumDriver } from '../harness/drivers.ts';
import { expect, test } from '../harness/fixtures.ts';
import { LOOKS } from '../harness/looks.ts';
import type { Observed } from '../harness/page-script.ts';
import type { Participant } from '../harness/participant.ts';

const BADGE = '[data-testid="encryption-badge"]';
const SAFETY_NUMBER = '[data-testid="safety-number"]';

/** Everything a page says to servers: addresses, bodies and socket frames. */
function wiretap(person: Participant): (words: string) => boolean {
  const { page } = chromium(person);
  const said: string[] = [];
  page.on('request', (request) => {
    said.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? '');
  });
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => said.push(payload.toString())));
  return (words) => said.some((text) => text.includes(words));
}

function chromium({ driver }: Participant): ChromiumDriver {
  if (!(driver instanceof ChromiumDriver)) throw new Error('this one is about Chromium');
  return driver;
}

async function safetyNumber(person: Participant): Promise<string> {
  await person.driver.click(BADGE);
  await person.shows(SAFETY_NUMBER);
  const number = await person.driver.evaluate(
    (selector) => document.querySelector(selector)?.textContent ?? '',
    SAFETY_NUMBER,
  );
  await person.driver.press('Escape');
  return number;
}

/** Picture loss indications sent for anything this page receives. */
function keyframesAskedFor(person: Participant): Promise<number> {
  return person.driver.evaluate(async () => {
    const { observed } = window as unknown as { observed: Observed };
    let sum = 0;
    for (const connection of observed.connections) {
      const report = await connection.getStats();
      report.forEach((entry: { type: string; pliCount?: number }) => {
        if (entry.type === 'inbound-rtp') sum += entry.pliCount ?? 0;
      });
    }
    return sum;
  }, undefined);
}

test('a mentor opens an encrypted session, and whoever has its whole link is in it', async ({ inChromium }) => {
  const [ada, bo, eve] = [await inChromium('ada'), await inChromium('bo'), await inChromium('eve')];
  await ada.signIn('ada@demo.test');
  const said = [wiretap(ada), wiretap(bo)];
  await ada.driver.goto(`${ada.base}/sessions`);
  await ada.driver.clickButton('Start a session');
  const { page } = chromium(ada);
  await page.getByLabel('What is it about?').fill('In private');
  await page.getByLabel('Waiting room').click();
  await page.getByLabel('End-to-end encryption').click();
  await ada.driver.clickButton('Start and copy link');
  await ada.shows('[data-testid="encryption-note"]');
  const [link = '', code = '', key = ''] = /([^/]+)#k=(.+)$/u.exec(await ada.location()) ?? [];
  expect(key).toMatch(/^[\w-]{22}$/u);
  await ada.driver.click('[data-testid="join"]');
  await ada.isInCall();

  await bo.join(link, 'guest');
  await bo.sees(ada);
  await ada.sees(bo);
  await bo.hears(ada.look);
  await ada.hears(bo.look);
  expect(await bo.attribute(bo.tile(ada), 'data-sealed')).toBe('no');
  await ada.driver.press('s');
  await bo.sees(ada, 'screen', LOOKS.screen);
  await bo.hears(LOOKS.screen);
  await ada.driver.press('s');
  const number = await safetyNumber(ada);
  expect(number).toMatch(/^\d{5}( \d{5}){3}$/u);
  expect(await safetyNumber(bo)).toBe(number);

  // Without the fragment: told before, told inside, shown nothing, and not shown to others.
  await eve.openPreJoin(code);
  await eve.shows('[data-testid="no-key-note"]');
  await eve.driver.fill('input[name="name"]', eve.name);
  await eve.driver.click('[data-testid="join"]');
  await eve.showsState(ada, 'sealed', 'no-key');
  await eve.showsState(bo, 'sealed', 'no-key');
  await eve.shows('[data-testid="no-key"]');
  await ada.showsState(eve, 'video', 'off');
  await bo.seesMovement(ada);
  expect(await eve.count('[data-testid="tile"] video')).toBe(0);
  expect((await eve.received()).frames).toBe(0);
  expect(await eve.driver.evaluate(() => localStorage.getItem('facementor.room-keys'), undefined)).toBeNull();

  // She pastes the whole link into the same tab: now she is one of them.
  await eve.join(link, 'guest');
  await eve.sees(ada);
  await ada.sees(eve);
  await eve.hears(bo.look);

  // By another way than the link, the key is the one this browser has seen.
  await bo.join(code, 'guest');
  await bo.sees(ada);
  await ada.sees(bo);
  for (const tells of said) {
    expect(['"subscribe"', key].map(tells)).toEqual([true, false]);
  }
});

test('a wrong key shows as such on the tiles, both ways, and the others do not notice', async ({ inChromium }) => {
  const [ada, bo, eve] = [await inChromium('ada'), await inChromium('bo'), await inChromium('eve')];
  await ada.signIn('ada@demo.test');
  const { link, otherLink } = await ada.openEncryptedSession();
  await ada.join(link, 'signed in');
  await bo.join(link, 'guest');
  await bo.sees(ada);

  await eve.join(otherLink, 'guest');
  await eve.showsState(ada, 'sealed', 'other-key');
  await eve.showsState(bo, 'sealed', 'other-key');
  await ada.showsState(eve, 'sealed', 'other-key');
  expect(await eve.count('[data-testid="tile"] video')).toBe(0);
  expect((await eve.received()).packets).toBeGreaterThan(0);
  expect((await eve.received()).frames).toBe(0);
  // Her decoders get nothing, and do not keep asking for keyframes.
  let asked = await keyframesAskedFor(eve);
  let calm = 0;
  await eve
    .poll('Eve asks for no more keyframes', async () => {
      const before = asked;
      asked = await keyframesAskedFor(eve);
      calm = asked === before ? calm + 1 : 0;
      return calm;
    })
    .toBeGreaterThan(6);
  await ada.sees(bo);
  await bo.sees(ada);
  await bo.hears(ada.look);
  expect(await safetyNumber(eve)).not.toBe(await safetyNumber(ada));
});

test('who takes what the server forwards straight into a decoder gets no picture and no sound of it', async ({
  inChromium,
}) => {
  const [ada, eve] = [await inChromium('ada'), await inChromium('eve')];
  // Her page has the decryption of what it receives cut out: what is left is what the server has.
  await chromium(eve).page.addInitScript(() => {
    Object.defineProperty(RTCRtpReceiver.prototype, 'transform', { set: () => undefined });
  });
  await ada.signIn('ada@demo.test');
  const open = await ada.openSession('open door');
  await ada.join(open, 'signed in');
  await eve.join(open, 'guest');
  await eve.sees(ada);
  await eve.hears(ada.look);

  const { link } = await ada.openEncryptedSession();
  await ada.join(link, 'signed in');
  await eve.join(link, 'guest');
  await ada.sees(eve);
  await eve.poll('the server forwards to Eve', async () => (await eve.received()).packets).toBeGreaterThan(300);
  await expect(eve.sees(ada)).rejects.toThrow(/sees the camera of Ada/u);
  await eve.doesNotHear(ada.look);
});

test('a browser without encoded transforms is told so', async ({ inChromium }) => {
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  await ada.signIn('ada@demo.test');
  const { link } = await ada.openEncryptedSession();
  await chromium(bo).page.addInitScript(() => Reflect.deleteProperty(window, 'RTCRtpScriptTransform'));
  await bo.openPreJoin(link);
  await chromium(bo).page.getByRole('heading', { name: 'This browser cannot join' }).waitFor();
  expect(await bo.count('[data-testid="join"]')).toBe(0);
});

test('Firefox and Chromium see and hear each other, encrypted', async ({ inChromium, inFirefox }) => {
  const [ada, bo] = [await inChromium('ada'), await inFirefox('bo')];
  await ada.signIn('ada@demo.test');
  const { link } = await ada.openEncryptedSession();
  await ada.join(link, 'signed in');
  await ada.isInCall();
  await bo.join(link, 'guest');
  await bo.sees(ada);
  await ada.sees(bo);
  await bo.hears(ada.look);
  await ada.hears(bo.look);
  expect(await safetyNumber(bo)).toBe(await safetyNumber(ada));

  await ada.driver.press('s');
  await bo.sees(ada, 'screen', LOOKS.screen);
  await bo.sees(ada);
  await ada.driver.press('s');
  await bo.showsNo(bo.tile(ada, 'screen'));
  await bo.driver.press('s');
  await ada.sees(bo, 'screen', LOOKS.screen);
});
