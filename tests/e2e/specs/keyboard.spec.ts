import { expect, test } from '../harness/fixtures.ts';
import { Keyboard } from '../harness/keyboard.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 900 };
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const MINUTE_MS = 60_000;

/** From the first page to the first word: more would be too many. */
const MOST_DECISIONS = 6;

/** Hours that begin at the next five minutes, in a zone whose day has room for them. */
function hoursFromNow(): { time_zone: string; from: string } {
  const starts = Math.ceil((Date.now() + MINUTE_MS) / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
  const time_zone = new Date(starts).getUTCHours() < 20 ? 'UTC' : 'America/Bogota';
  const from = new Intl.DateTimeFormat('en-GB', { timeZone: time_zone, hour: '2-digit', minute: '2-digit' });
  return { time_zone, from: from.format(starts) };
}

test('from the first page into the call by keyboard alone, in six decisions', async ({ server, inChromium }) => {
  test.slow();
  const [tomas, bo] = [await inChromium('ada', server.url), await inChromium('bo')];
  await tomas.signIn('tomas@demo.test');
  const { time_zone, from } = hoursFromNow();
  const weekly = DAYS.map((weekday) => ({ weekday, from, until: '24:00' }));
  await tomas.api('PUT', '/api/me/availability', { time_zone, weekly });
  const { items } = (await tomas.api('GET', '/api/me/offerings')) as { items: { id: string }[] };
  const terms = { title: 'A quarter of an hour, now', minutes: 15, minimum_notice_minutes: 0, questions: [] };
  await tomas.api('PUT', `/api/me/offerings/${items[0]?.id}`, { ...terms, max_per_day: null, max_per_week: null });

  const page = pageOf(bo);
  const keyboard = new Keyboard(page);
  await bo.signIn('bo@demo.test');
  await page.setViewportSize(DESK);
  await page.goto(server.url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('link', { name: 'My sessions' }).first().waitFor();
  await isSound(page, 'the first page');
  await page.setViewportSize(DESK);

  await keyboard.decide(/^Find a mentor$/u);
  await page.getByRole('link', { name: 'Tomás Ribeiro' }).waitFor();
  await isSound(page, 'mentors');
  await page.setViewportSize(DESK);
  await keyboard.decide(/^Tomás Ribeiro$/u);

  // The first offering and the first free day are chosen already; the first time is minutes away.
  const times = page.getByRole('radiogroup', { name: 'Time', exact: true });
  await times.getByRole('radio').first().waitFor();
  await isSound(page, "a mentor's page with times");
  await page.setViewportSize(DESK);
  await keyboard.decide(/^\d\d?:\d\d/u, 'Space');
  await page.getByRole('button', { name: 'Book', exact: true }).waitFor();
  await isSound(page, 'a time is chosen');
  await page.setViewportSize(DESK);
  await keyboard.decide(/^Book$/u);
  await page.waitForURL('**/bookings/*');
  await page.getByRole('link', { name: 'Join the session' }).waitFor();
  await isSound(page, 'booked, and the room is open');
  await page.setViewportSize(DESK);
  await keyboard.decide(/^Join the session$/u);
  await page.getByTestId('join').waitFor();
  await isSound(page, 'at the door');
  await page.setViewportSize(DESK);
  await keyboard.decide(/^Join$/u);
  await bo.isInCall();
  await isSound(page, 'in the call');

  expect(keyboard.decisions.length, keyboard.decisions.join('; ')).toBeLessThanOrEqual(MOST_DECISIONS);
});
