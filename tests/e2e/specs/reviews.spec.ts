import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';
import type { Participant } from '../harness/participant.ts';
import { BINARY, type Server } from '../harness/server.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 900 };
const MINUTE_MS = 60_000;

interface Booking {
  id: string;
  session_id: string;
  mentor: { id: string };
  mentee: { id: string };
}

/** An administrator's e-mail and password, made by the operator's command. */
function administrator(server: Server): { email: string; password: string } {
  const email = `admin-${Date.now()}@example.test`;
  const environment = { PATH: process.env.PATH, FACEMENTOR_DATA_DIR: server.data };
  const said = execFileSync(BINARY, ['admin', 'create', email], { env: environment, encoding: 'utf8' });
  return { email, password: said.split(': ').at(-1)?.trim() ?? '' };
}

/** What no request can do: time that has passed. */
function inDatabase(server: Server, statements: string[]): void {
  const script = [
    'import sqlite3, sys, json',
    'db = sqlite3.connect(sys.argv[1], timeout=10)',
    '[db.execute(sql) for sql in json.loads(sys.argv[2])]',
    'db.commit()',
  ].join('\n');
  execFileSync('python3', ['-c', script, join(server.data, 'facementor.db'), JSON.stringify(statements)]);
}

async function book(mentor: Participant, mentee: Participant, title: string): Promise<Booking> {
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  const weekly = days.map((weekday) => ({ weekday, from: '00:00', until: '24:00' }));
  await mentor.api('PUT', '/api/me/availability', { time_zone: 'UTC', weekly });
  const offering = (await mentor.api('POST', '/api/me/offerings', { title, minutes: 30 })) as { id: string };
  const [from, until] = [Date.now(), Date.now() + 86_400_000];
  const path = `/api/offerings/${offering.id}/openings?from_ms=${from}&until_ms=${until}`;
  const { items } = (await mentee.api('GET', path)) as { items: { starts_at_ms: number }[] };
  const body = { offering_id: offering.id, starts_at_ms: items[0]?.starts_at_ms };
  return (await mentee.api('POST', '/api/bookings', body)) as Booking;
}

/** The booking lies an hour back; the two were in the room for so many minutes of it. */
function hasPassed(server: Server, booking: Booking, minutes: { mentor: number; mentee: number }): void {
  const starts = Date.now() - 60 * MINUTE_MS;
  const ends = starts + 30 * MINUTE_MS;
  const times = `starts_at_ms = ${starts}, ends_at_ms = ${ends}`;
  const stay = (user: string, role: string, length: number) => {
    const until = starts + length * MINUTE_MS;
    const id = `${role}-${booking.id}`;
    return [
      `INSERT INTO participants VALUES ('${id}', '${booking.session_id}', '${user}', 'X', '${role}', ${starts}, ${until})`,
      `INSERT INTO attendance_stays VALUES ('${id}', 'room', ${starts}, ${until}, 0)`,
      `INSERT INTO attendance_stays VALUES ('${id}', 'media', ${starts + MINUTE_MS}, ${until}, 0)`,
    ];
  };
  inDatabase(server, [
    `UPDATE bookings SET ${times} WHERE id = '${booking.id}'`,
    `UPDATE sessions SET ${times} WHERE id = '${booking.session_id}'`,
    ...(minutes.mentor ? stay(booking.mentor.id, 'host', minutes.mentor) : []),
    ...(minutes.mentee ? stay(booking.mentee.id, 'member', minutes.mentee) : []),
  ]);
}

/** Until the server has looked at what is over, which it does twice a minute. */
async function isSettled(page: Page, url: string, words: string): Promise<void> {
  await expect(async () => {
    await page.goto(url);
    await page.getByText(words).first().waitFor({ timeout: 3_000 });
  }).toPass({ timeout: 70_000 });
}

test('after a session the mentee reviews, the mentor replies, an administrator hides', async ({
  server,
  inChromium,
}) => {
  test.setTimeout(240_000);
  const [ada, bo, root] = [await inChromium('ada'), await inChromium('bo'), await inChromium('eve')];
  const [desk, page, office] = [pageOf(ada), pageOf(bo), pageOf(root)];
  await ada.signIn('ada@demo.test');
  await bo.signIn('bo@demo.test');
  const booking = await book(ada, bo, 'Half an <b>hour</b>');
  hasPassed(server, booking, { mentor: 30, mentee: 25 });
  const url = `${server.url}/bookings/${booking.id}`;
  await isSettled(page, url, 'Both were in the room in the first 10 minutes.');
  await page.getByText('was in the room for 25 min of the booked time', { exact: false }).waitFor();
  await isSound(page, 'a booking to review');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Publish the review' }).click();
  await page.getByText('Choose one to five stars.').waitFor();
  await page.getByRole('radio', { name: '1 star, Bad' }).focus();
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: '4 stars, Good' })).toBeChecked();
  await page.getByLabel('In a few words').fill('Clear and kind.\n<img src=x onerror=alert(1)>');
  await isSound(page, 'writing a review');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Publish the review' }).click();
  await page.getByRole('button', { name: 'Change it' }).waitFor();
  await isSound(page, 'a review of mine');

  await desk.setViewportSize(DESK);
  await desk.goto(url);
  await desk.getByRole('heading', { name: 'What Bo said' }).waitFor();
  await desk.getByText('Only you and administrators read it.').waitFor();
  await isSound(desk, "a mentor's note");
  await desk.setViewportSize(DESK);
  await desk.goto(`${server.url}/mentors/ada`);
  const review = desk.getByRole('article', { name: 'Review by Bo' });
  // What somebody typed is text, never markup.
  await review.getByText('<img src=x onerror=alert(1)>').waitFor();
  await review.getByRole('button', { name: 'Reply…' }).click();
  await desk.getByLabel('Your reply').fill('Thank you, <i>Bo</i>');
  await isSound(desk, 'replying');
  await desk.setViewportSize(DESK);
  await desk.getByRole('button', { name: 'Publish the reply' }).click();
  await review.getByText('Thank you, <i>Bo</i>').waitFor();
  await isSound(desk, 'a mentor page with reviews');
  await desk.setViewportSize(DESK);
  await review.getByRole('button', { name: 'Report…' }).click();
  await desk.getByRole('button', { name: 'Report it' }).click();
  await desk.getByText('Say what is wrong.').waitFor();
  await desk.getByLabel('What is wrong with it').fill('Not about the session <script>alert(1)</script>');
  await desk.getByRole('button', { name: 'Report it' }).click();
  await desk.getByText('Sent to the administrators', { exact: true }).waitFor();

  const admin = administrator(server);
  await root.signIn(admin.email, admin.password);
  await office.goto(`${server.url}/admin/reviews`);
  await office.getByText('Not about the session <script>alert(1)</script>').waitFor();
  await isSound(office, 'reported reviews');
  await office.setViewportSize(DESK);
  await office.getByRole('button', { name: 'Hide…' }).click();
  await office.getByLabel('Reason').fill('An advertisement');
  await isSound(office, 'hiding a review');
  await office.setViewportSize(DESK);
  await office.getByRole('button', { name: 'Hide the review' }).click();
  await office.getByText('Nothing is reported').waitFor();
  await office.getByRole('tab', { name: 'Hidden' }).click();
  await office.getByRole('button', { name: 'Put back…' }).waitFor();
  await isSound(office, 'hidden reviews');
  await desk.reload();
  await desk.getByText('Nobody has reviewed Ada yet.').waitFor();
  await page.reload();
  await page.getByText('An advertisement').waitFor();
});

test('a missed session is disputed and an administrator decides', async ({ server, inChromium }) => {
  test.setTimeout(240_000);
  const [ada, bo, root] = [await inChromium('ada'), await inChromium('bo'), await inChromium('eve')];
  const [page, office] = [pageOf(bo), pageOf(root)];
  await ada.signIn('ada@demo.test');
  await bo.signIn('bo@demo.test');
  const booking = await book(ada, bo, 'Missed <b>it</b>');
  hasPassed(server, booking, { mentor: 0, mentee: 20 });
  const url = `${server.url}/bookings/${booking.id}`;
  await isSettled(page, url, 'The mentor was not in the room in the first 10 minutes: they never came.');
  await isSound(page, 'a missed booking');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'That is wrong…' }).click();
  await page.getByRole('button', { name: 'Send it' }).click();
  await page.getByText('Say what is wrong.').waitFor();
  await page.getByLabel('What happened').fill('We met by phone <script>alert(1)</script>');
  await isSound(page, 'disputing');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Send it' }).click();
  await page.getByText('An administrator will look at it.').first().waitFor();
  await isSound(page, 'a disputed booking');

  const admin = administrator(server);
  await root.signIn(admin.email, admin.password);
  await office.goto(`${server.url}/admin/disputes`);
  await office.getByText('We met by phone <script>alert(1)</script>').waitFor();
  await office.getByText('was in the room for 20 min of the booked time', { exact: false }).waitFor();
  await isSound(office, 'disputes');
  await office.setViewportSize(DESK);
  await office.getByRole('button', { name: 'Change it…' }).click();
  await office.getByLabel('What it is instead').selectOption('completed');
  await office.getByLabel('Reason').fill('Both confirm it.');
  await isSound(office, 'overturning');
  await office.setViewportSize(DESK);
  await office.getByRole('button', { name: 'Change it', exact: true }).click();
  await office.getByText('Nobody disputes anything').waitFor();
  await isSound(office, 'no disputes');

  await page.setViewportSize(DESK);
  await page.reload();
  await page.getByText('Completed', { exact: true }).first().waitFor();
  await page.getByText('Took place, decided by an administrator: Both confirm it.').waitFor();
  await isSound(page, 'an overturned booking');
});
