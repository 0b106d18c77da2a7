import type { Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';
import type { Participant } from '../harness/participant.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 900 };

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** A mentor is free day and night, says the editor. */
async function isAlwaysFree(page: Page, base: string): Promise<void> {
  await page.goto(`${base}/availability`);
  await page.getByRole('heading', { name: 'When I can be booked' }).waitFor();
  await page.getByLabel('Time zone').selectOption('UTC');
  for (const day of DAYS) {
    const group = page.getByRole('group', { name: day });
    while ((await group.getByRole('button', { name: /^Remove/u }).count()) > 1) {
      await group
        .getByRole('button', { name: /^Remove/u })
        .last()
        .click();
    }
    if ((await group.getByRole('button', { name: /^Remove/u }).count()) === 0) {
      await group.getByRole('button', { name: `Add hours, ${day}` }).click();
    }
    await group.getByLabel(`From, ${day}`).selectOption('00:00');
    await group.getByLabel(`Until, ${day}`).selectOption('24:00');
  }
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
}

/** Until the focus is on something with this name. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const { activeElement: element } = document;
      const by = element?.getAttribute('aria-labelledby');
      return (
        element?.getAttribute('aria-label') ??
        (by && document.getElementById(by)?.textContent) ??
        (element as HTMLTextAreaElement | null)?.labels?.[0]?.textContent ??
        element?.textContent
      );
    });
    if (focused && name.test(focused)) return;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

/** Chooses the next of some radios; the key goes up once that has happened, as a finger's would. */
async function nextRadio(page: Page): Promise<void> {
  const before = await page.evaluateHandle(() => document.activeElement);
  await page.keyboard.down('ArrowDown');
  await page.waitForFunction((old) => {
    const { activeElement: now } = document;
    return now !== old && now?.getAttribute('aria-checked') === 'true';
  }, before);
  await page.keyboard.up('ArrowDown');
}

test('a mentor says when and what can be booked', async ({ server, inChromium }) => {
  test.slow();
  const ada = await inChromium('ada');
  const desk = pageOf(ada);
  await ada.signIn('ada@demo.test');
  await desk.setViewportSize(DESK);
  await isAlwaysFree(desk, server.url);
  await isSound(desk, 'availability');
  await desk.setViewportSize(DESK);
  await desk.getByRole('link', { name: 'What I offer' }).click();
  await desk.getByRole('button', { name: 'Offer something' }).click();
  await desk.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await desk.getByText('Give it a title.').waitFor();
  await isSound(desk, 'an offering without a title');
  await desk.setViewportSize(DESK);
  await desk.getByLabel('Title').fill('A quarter <b>of an hour</b>');
  await desk.getByLabel('Minutes', { exact: true }).fill('15');
  await desk.getByLabel('Questions for whoever books').fill('What is it about?');
  await desk.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await desk.getByText('A quarter <b>of an hour</b>').waitFor();
  await isSound(desk, 'offerings');
});

test('a mentee books by keyboard alone, moves it and cancels it', async ({ server, inChromium }) => {
  test.slow();
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  const [desk, page] = [pageOf(ada), pageOf(bo)];
  await ada.signIn('ada@demo.test');
  const weekly = DAYS.map((weekday) => ({ weekday, from: '00:00', until: '24:00' }));
  await ada.api('PUT', '/api/me/availability', { time_zone: 'UTC', weekly });
  const title = 'Twenty <b>minutes</b>';
  await ada.api('POST', '/api/me/offerings', { title, minutes: 20, questions: ['What is it about?'] });

  // From the mentor's page to the booking, by keyboard alone; signing in on the way keeps what was chosen.
  await page.setViewportSize(DESK);
  await page.goto(`${server.url}/mentors/ada`);
  await page.getByRole('radiogroup', { name: 'What to book' }).waitFor();
  await tabTo(page, /^(?:Half an hour|Twenty)/u);
  while (!(await page.getByRole('radio', { name: /Twenty/u }).isChecked())) {
    await nextRadio(page);
  }
  await page
    .getByRole('grid', { name: 'Days' })
    .getByRole('button', { name: /times$/u })
    .first()
    .waitFor();
  await tabTo(page, /times$/u);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator(':focus')).toHaveAccessibleName(/times$/u);
  await page.keyboard.press('Enter');
  await page.getByRole('radiogroup', { name: 'Time', exact: true }).waitFor();
  await isSound(page, 'choosing a time');
  await page.setViewportSize(DESK);
  await tabTo(page, /^\d\d?:\d\d/u);
  await page.keyboard.press('Space');
  await page.getByRole('link', { name: 'Sign in to book' }).waitFor();
  await tabTo(page, /Sign in to book/u);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
  await page.getByLabel('E-mail').focus();
  await page.keyboard.type('bo@demo.test');
  await page.keyboard.press('Tab');
  await page.keyboard.type('demo-demo-demo');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/mentors/ada?**');
  await page.getByRole('button', { name: 'Continue' }).waitFor();
  await isSound(page, 'before a time is held');
  await page.setViewportSize(DESK);
  await tabTo(page, /^Continue$/u);
  await page.keyboard.press('Enter');
  const form = page.getByRole('form', { name: 'Book this time' });
  await form.waitFor();
  await expect(form.getByRole('timer')).toHaveText(/^(?:10:00|9:\d\d)$/u);
  await isSound(page, 'booking');
  await page.setViewportSize(DESK);
  await form.getByRole('button', { name: 'Book', exact: true }).click();
  await page.getByText('Write a few words.').waitFor();
  await form.getByLabel('What is it about?').fill('Lifetimes <script>alert(1)</script>');
  await tabTo(page, /^Book$/u);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/bookings/*');
  await page.getByRole('heading', { name: 'Twenty <b>minutes</b>' }).waitFor();
  await page.getByText('Lifetimes <script>alert(1)</script>').waitFor();
  await page.getByText('ten minutes before', { exact: false }).waitFor();
  await isSound(page, 'a booking');
  await page.setViewportSize(DESK);

  await page.getByRole('button', { name: 'Move…' }).click();
  const dialog = page.getByRole('dialog');
  // In the next month, so that it can still be cancelled however few days of this one are left.
  await dialog.getByRole('button', { name: 'Next month' }).click();
  const days = dialog.getByRole('grid', { name: 'Days' }).getByRole('button', { name: /times$/u });
  await days.last().click();
  await dialog.getByRole('radiogroup', { name: 'Time', exact: true }).getByRole('radio').first().click();
  await isSound(page, 'moving a booking');
  await page.setViewportSize(DESK);
  await dialog.getByRole('button', { name: 'Move it there' }).click();
  await page.getByText('Moved by Bo').waitFor();

  await desk.setViewportSize(DESK);
  await desk.goto(`${server.url}/bookings`);
  await desk.getByRole('link', { name: 'Twenty <b>minutes</b>' }).click();
  await desk.getByText('with Bo').waitFor();
  await desk.getByText('Lifetimes', { exact: false }).waitFor();

  await page.getByRole('button', { name: 'Cancel…' }).click();
  await page.getByLabel('Why').fill('Ill');
  await isSound(page, 'cancelling a booking');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Cancel the booking' }).click();
  await page.getByText('Cancelled by Bo: Ill').waitFor();
  await page.goto(`${server.url}/bookings`);
  await page.getByRole('heading', { name: 'Past' }).waitFor();
  await page.getByText('Cancelled', { exact: true }).waitFor();
  await isSound(page, 'bookings');
});

/** Chooses the last time of the last day that a month shows. */
async function chooseTheLast(page: Page): Promise<void> {
  const days = page.getByRole('grid', { name: 'Days' }).getByRole('button', { name: /times$/u });
  await days.last().click();
  await page.getByRole('radiogroup', { name: 'Time', exact: true }).getByRole('radio').last().click();
}

test('a time is held for whoever answers the questions; others are offered the times close to it', async ({
  server,
  inChromium,
}) => {
  const [bo, eve] = [await inChromium('bo'), await inChromium('eve')];
  const [first, second] = [pageOf(bo), pageOf(eve)];
  await bo.signIn('bo@demo.test');
  await eve.signIn('eve@demo.test');
  for (const page of [first, second]) {
    await page.setViewportSize(DESK);
    await page.goto(`${server.url}/mentors/mira-kovac`);
    await page.getByRole('radio', { name: /Half an hour/u }).click();
    await chooseTheLast(page);
  }
  await first.getByRole('button', { name: 'Continue' }).click();
  await first.getByRole('timer').waitFor();
  await second.getByRole('button', { name: 'Continue' }).click();
  const others = second.getByRole('list', { name: 'Free times close to it' }).getByRole('button');
  await others.first().waitFor();
  await expect(others).toHaveCount(5);
  await isSound(second, 'a time that is taken');
  await second.setViewportSize(DESK);
  await others.first().click();
  await second.getByRole('button', { name: 'Continue' }).click();
  await second.getByLabel('What should we look at?').fill('My portfolio');
  await second.getByRole('button', { name: 'Book', exact: true }).click();
  await second.waitForURL('**/bookings/*');
  await second.getByText('Confirmed', { exact: true }).waitFor();

  // A reload keeps the hold; letting it go gives it to others at once.
  await first.reload();
  await first.getByRole('timer').waitFor();
  await first.getByRole('button', { name: 'Let it go' }).click();
  await first.getByRole('timer').waitFor({ state: 'hidden' });
  await second.goto(`${server.url}/mentors/mira-kovac`);
  await second.getByRole('radio', { name: /Half an hour/u }).click();
  await chooseTheLast(second);
  await second.getByRole('button', { name: 'Continue' }).click();
  await second.getByRole('timer').waitFor();

  // A hold that ran out, elsewhere or here, says so and leaves the choice open.
  const id = new URL(second.url()).searchParams.get('hold') ?? '';
  await eve.api('POST', `/api/bookings/${id}/release`, {});
  await second.getByLabel('What should we look at?').fill('Again');
  await second.getByRole('button', { name: 'Book', exact: true }).click();
  await second.getByText('not held for you any more', { exact: false }).waitFor();
  await isSound(second, 'a hold that is over');
  await second.setViewportSize(DESK);
  await second.reload();
  await second.getByRole('button', { name: 'Choose again' }).click();
  await second.getByRole('grid', { name: 'Days' }).waitFor();
});

/** Ada is free day and night, and offers this; answers its id. */
async function offers(ada: Participant, offering: object): Promise<string> {
  const weekly = DAYS.map((weekday) => ({ weekday, from: '00:00', until: '24:00' }));
  await ada.api('PUT', '/api/me/availability', { time_zone: 'UTC', weekly });
  const { id } = (await ada.api('POST', '/api/me/offerings', offering)) as { id: string };
  return id;
}

/** Midnight UTC in so many days. */
function midnightIn(days: number): number {
  const day = 86_400_000;
  return (Math.floor(Date.now() / day) + days) * day;
}

test('one proposes other times, the other chooses', async ({ server, inChromium }) => {
  test.slow();
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  const [desk, page] = [pageOf(ada), pageOf(bo)];
  await ada.signIn('ada@demo.test');
  await bo.signIn('bo@demo.test');
  const offering = await offers(ada, { title: 'Proposals', minutes: 20 });
  const at = midnightIn(3);
  const booked = await bo.api('POST', '/api/bookings', { offering_id: offering, starts_at_ms: at });
  const { id } = booked as { id: string };
  for (const one of [desk, page]) {
    await one.setViewportSize(DESK);
    await one.goto(`${server.url}/bookings/${id}`);
  }
  await desk.getByRole('button', { name: 'Propose other times…' }).click();
  const dialog = desk.getByRole('dialog');
  await dialog
    .getByRole('grid', { name: 'Days' })
    .getByRole('button', { name: /times$/u })
    .last()
    .click();
  for (const which of [3, 5]) {
    await dialog.getByRole('radiogroup', { name: 'Time', exact: true }).getByRole('radio').nth(which).click();
    await dialog.getByRole('button', { name: 'Add this time' }).click();
  }
  await dialog.getByLabel('Note').fill('A <b>train</b>');
  await expect(dialog.getByRole('list', { name: 'Times to propose' }).getByRole('listitem')).toHaveCount(2);
  await isSound(desk, 'proposing times');
  await desk.setViewportSize(DESK);
  await dialog.getByRole('button', { name: 'Ask Bo' }).click();
  await desk.getByRole('heading', { name: 'You asked Bo for another time' }).waitFor();
  await isSound(desk, 'a proposal of mine');
  await desk.setViewportSize(DESK);

  // The mentee decides, by keyboard alone.
  await page.reload();
  await page.getByRole('heading', { name: 'Ada asks for another time' }).waitFor();
  await page.getByText('A <b>train</b>').first().waitFor();
  await isSound(page, 'a proposal to decide');
  await page.setViewportSize(DESK);
  await page.getByRole('radiogroup', { name: 'Proposed times' }).getByRole('radio').first().focus();
  await nextRadio(page);
  await tabTo(page, /^Move it there$/u);
  await page.keyboard.press('Enter');
  await page.getByText('Moved by Bo').waitFor();
  await page.getByRole('heading', { name: 'Ada asks for another time' }).waitFor({ state: 'hidden' });
});

test('people wait in line for a seat', async ({ server, inChromium }) => {
  test.slow();
  const [ada, bo, eve] = [await inChromium('ada'), await inChromium('bo'), await inChromium('eve')];
  await ada.signIn('ada@demo.test');
  await bo.signIn('bo@demo.test');
  await eve.signIn('eve@demo.test');
  // Zoe has no face of her own here: another window beside Eve's.
  const zoe = await inChromium('eve');
  await pageOf(zoe).goto(server.url);
  const account = { email: 'zoe@example.test', password: 'correct horse battery', display_name: 'Zoe' };
  await zoe.api('POST', '/api/accounts/sign-up', account);
  const offering = await offers(ada, { title: 'A full circle', minutes: 60, seats: 2 });
  const at = midnightIn(4);
  const seat = { offering_id: offering, starts_at_ms: at };
  const bos = (await bo.api('POST', '/api/bookings', seat)) as { id: string };
  await zoe.api('POST', '/api/bookings', seat);
  const page = pageOf(eve);
  await page.setViewportSize(DESK);
  await page.goto(`${server.url}/mentors/ada?offering=${offering}&at=${at}&full=1`);
  await page.getByRole('button', { name: 'Wait for a seat' }).waitFor();
  await isSound(page, 'a full session');
  await page.setViewportSize(DESK);
  await tabTo(page, /^Wait for a seat$/u);
  await page.keyboard.press('Enter');
  await page.getByText('You are number 1 in line.').waitFor();
  await page.getByRole('link', { name: 'My bookings' }).last().click();
  await page.getByText('Number 1 in line').waitFor();
  await isSound(page, 'waiting for a seat');
  await page.setViewportSize(DESK);
  await bo.api('POST', `/api/bookings/${bos.id}/cancel`, {});
  await page.reload();
  await page.getByRole('link', { name: 'Take the seat' }).click();
  await page.getByRole('timer').waitFor();
  await isSound(page, 'a seat that is held');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Book', exact: true }).click();
  await page.getByText('Confirmed', { exact: true }).waitFor();

  // The mentor's train is late: the session moves for all at once, by keyboard alone.
  const desk = pageOf(ada);
  await desk.setViewportSize(DESK);
  await desk.goto(`${server.url}/bookings`);
  await desk.getByText('with Zoe and one other').waitFor();
  await desk.goto(page.url());
  const group = desk.getByRole('region', { name: '2 of 2 seats are taken' });
  await expect(group.getByRole('listitem')).toHaveText([/^Zoe/u, /^Eve/u]);
  await tabTo(desk, /^Move for everyone…$/u);
  await desk.keyboard.press('Enter');
  const moving = desk.getByRole('dialog', { name: 'Another time for everyone' });
  await moving.getByRole('radiogroup', { name: 'Time', exact: true }).getByRole('radio').first().focus();
  await nextRadio(desk);
  await tabTo(desk, /^Why$/u);
  await desk.keyboard.type('My train is late.');
  await isSound(desk, 'moving for everyone');
  await desk.setViewportSize(DESK);
  await tabTo(desk, /^Move it for everyone$/u);
  await desk.keyboard.press('Enter');
  await desk.getByText('Moved by Ada: My train is late.').waitFor();
  await page.reload();
  await page.getByText('Moved by Ada: My train is late.').waitFor();
  await pageOf(zoe).goto(`${server.url}/bookings`);
  await pageOf(zoe).getByRole('link', { name: 'A full circle' }).click();
  await pageOf(zoe).getByText('Moved by Ada: My train is late.').waitFor();

  // Then she falls ill: it is cancelled for all at once.
  await tabTo(desk, /^Cancel…$/u);
  await desk.keyboard.press('Enter');
  await desk.getByRole('radio', { name: 'Only Eve’s place' }).focus();
  await desk.keyboard.press('ArrowDown');
  await expect(desk.getByRole('radio', { name: 'The session, for all 2 people' })).toBeChecked();
  await tabTo(desk, /^Why$/u);
  await desk.keyboard.type('I am ill.');
  await isSound(desk, 'cancelling for everyone');
  await desk.setViewportSize(DESK);
  await tabTo(desk, /^Cancel the session$/u);
  await desk.keyboard.press('Enter');
  await desk.getByText('Cancelled by Ada: I am ill.').waitFor();
  for (const one of [page, pageOf(zoe)]) {
    await one.goto(`${server.url}/bookings`);
    await one.getByRole('region', { name: 'Past' }).getByText('Cancelled', { exact: true }).waitFor();
  }
});

test('a time is booked for several weeks; what is taken is named', async ({ server, inChromium }) => {
  test.slow();
  const [ada, bo, eve] = [await inChromium('ada'), await inChromium('bo'), await inChromium('eve')];
  await ada.signIn('ada@demo.test');
  await bo.signIn('bo@demo.test');
  await eve.signIn('eve@demo.test');
  const offering = await offers(ada, { title: 'Every week', minutes: 20 });
  const at = midnightIn(5);
  await eve.api('POST', '/api/bookings', { offering_id: offering, starts_at_ms: at + 7 * 86_400_000 });
  const page = pageOf(bo);
  await page.setViewportSize(DESK);
  await page.goto(`${server.url}/mentors/ada?offering=${offering}&at=${at}`);
  await page.getByRole('button', { name: 'Book several weeks…' }).click();
  await page.getByRole('combobox', { name: 'Repeat' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: 'Every week' }).click();
  await page.getByRole('combobox', { name: 'How many sessions' }).click();
  await page.getByRole('option', { name: '3', exact: true }).click();
  await page.getByRole('button', { name: 'Book', exact: true }).click();
  await page.getByRole('list', { name: 'Times that are not free' }).getByRole('listitem').waitFor();
  await isSound(page, 'a series with a conflict');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Book the 2 that are free' }).click();
  await page.waitForURL('**/bookings/*');
  await page.getByRole('heading', { name: 'One of a series' }).waitFor();
  await isSound(page, 'one of a series');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Cancel…' }).click();
  await page.getByLabel('This and the following sessions').check();
  await isSound(page, 'cancelling a series');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Cancel the booking' }).click();
  await page.getByText('Cancelled by Bo').waitFor();
  const list = page.getByRole('region', { name: 'One of a series' });
  await expect(list.getByText('Cancelled', { exact: true })).toHaveCount(2);
});
