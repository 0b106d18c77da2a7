import type { Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';
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
        element?.getAttribute('aria-label') ?? (by && document.getElementById(by)?.textContent) ?? element?.textContent
      );
    });
    if (focused && name.test(focused)) return;
  }
  throw new Error(`the keyboard does not reach ${name}`);
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
  await tabTo(page, /Half an hour|Twenty/u);
  while (!(await page.getByRole('radio', { name: /Twenty/u }).isChecked())) await page.keyboard.press('ArrowDown');
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
  const form = page.getByRole('form', { name: 'Book this time' });
  await form.waitFor();
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

test('who comes too late is offered the times close to it', async ({ server, inChromium }) => {
  const [bo, eve] = [await inChromium('bo'), await inChromium('eve')];
  const [first, second] = [pageOf(bo), pageOf(eve)];
  await bo.signIn('bo@demo.test');
  await eve.signIn('eve@demo.test');
  for (const page of [first, second]) {
    await page.setViewportSize(DESK);
    await page.goto(`${server.url}/mentors/mira-kovac`);
    await page.getByRole('radio', { name: /Half an hour/u }).click();
    const days = page.getByRole('grid', { name: 'Days' }).getByRole('button', { name: /times$/u });
    await days.last().click();
    await page.getByRole('radiogroup', { name: 'Time', exact: true }).getByRole('radio').last().click();
    await page.getByLabel('What should we look at?').fill('My portfolio');
  }
  await first.getByRole('button', { name: 'Book', exact: true }).click();
  await first.waitForURL('**/bookings/*');
  await second.getByRole('button', { name: 'Book', exact: true }).click();
  const others = second.getByRole('list', { name: 'Free times close to it' }).getByRole('button');
  await others.first().waitFor();
  await expect(others).toHaveCount(5);
  await isSound(second, 'a time that is taken');
  await second.setViewportSize(DESK);
  await others.first().click();
  // What was written is still there.
  await expect(second.getByLabel('What should we look at?')).toHaveValue('My portfolio');
  await second.getByRole('button', { name: 'Book', exact: true }).click();
  await second.waitForURL('**/bookings/*');
  await second.getByText('Confirmed', { exact: true }).waitFor();
});
