import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 900 };
const DAY_MS = 86_400_000;

const note = (page: Page, name: string) => page.getByRole('textbox', { name });

test('mentor and mentee write beside a session, and lose nothing when they do at once', async ({
  server,
  inChromium,
}) => {
  test.slow();
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  const [desk, page] = [pageOf(ada), pageOf(bo)];
  await ada.signIn('ada@demo.test');
  await bo.signIn('bo@demo.test');
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  const weekly = days.map((weekday) => ({ weekday, from: '00:00', until: '24:00' }));
  await ada.api('PUT', '/api/me/availability', { time_zone: 'UTC', weekly });
  const offering = (await ada.api('POST', '/api/me/offerings', { title: 'With notes', minutes: 30 })) as {
    id: string;
  };
  const starts_at_ms = (Math.floor(Date.now() / DAY_MS) + 3) * DAY_MS;
  const booking = (await bo.api('POST', '/api/bookings', { offering_id: offering.id, starts_at_ms })) as {
    id: string;
  };
  for (const one of [desk, page]) {
    await one.setViewportSize(DESK);
    await one.goto(`${server.url}/bookings/${booking.id}`);
    await note(one, 'Notes together').waitFor();
  }

  // Both write; the second is told, and keeps both texts in view until they decide.
  await note(desk, 'Notes together').fill('Ownership <b>first</b>');
  await note(page, 'Notes together').fill('Lifetimes');
  await desk.getByRole('button', { name: 'Save notes together' }).click();
  await desk.getByRole('region', { name: 'Notes', exact: true }).getByText('Ada,').waitFor();
  await page.getByRole('button', { name: 'Save notes together' }).click();
  await page.getByText('Ada wrote here meanwhile:').waitFor();
  await page.getByText('Ownership <b>first</b>').waitFor();
  await expect(note(page, 'Notes together')).toHaveValue('Lifetimes');
  await isSound(page, 'notes that two have written');
  await page.setViewportSize(DESK);
  await note(page, 'Notes together').fill('Ownership first, then lifetimes');
  await page.getByRole('button', { name: 'Save mine instead' }).click();
  await page.getByText('Ada wrote here meanwhile:').waitFor({ state: 'hidden' });

  await note(page, 'Notes for yourself').fill('Ask about Pin');
  await page.getByRole('button', { name: 'Save notes for yourself' }).click();
  await expect(page.getByRole('button', { name: 'Save notes for yourself' })).toBeDisabled();

  // By keyboard: something to do, for somebody, ticked off.
  await desk.getByLabel('Something to do').focus();
  await desk.keyboard.type('Read chapter 4');
  await desk.keyboard.press('Tab');
  await desk.keyboard.press('Enter');
  await expect(desk.getByRole('option', { name: 'Anybody' })).toBeFocused();
  await desk.keyboard.type('Bo');
  await expect(desk.getByRole('option', { name: 'Bo', exact: true })).toBeFocused();
  await desk.keyboard.press('Enter');
  await desk.getByLabel('Until when').fill('2030-01-31');
  await desk.getByRole('button', { name: 'Add', exact: true }).click();
  await desk.getByText('Bo · until 2030-01-31').waitFor();
  await desk.reload();
  await expect(note(desk, 'Notes together')).toHaveValue('Ownership first, then lifetimes');
  await expect(note(desk, 'Notes for yourself')).toHaveValue('');
  await page.reload();
  await page.getByRole('checkbox', { name: /Read chapter 4/u }).focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('checkbox', { name: /Read chapter 4/u })).toBeChecked();

  const files = page.getByRole('region', { name: 'Files' });
  const give = async (name: string, mimeType: string, text: string) =>
    await files.getByLabel('File', { exact: true }).setInputFiles({ name, mimeType, buffer: Buffer.from(text) });
  await give('picture.png', 'image/png', 'no picture');
  await files.getByText('What is in this file is not what its name says.').waitFor();
  await give('plan.txt', 'text/plain', 'Week 1: borrow');
  const link = files.getByRole('link', { name: 'plan.txt' });
  await link.waitFor();
  await isSound(page, 'a booking with notes');
  await page.setViewportSize(DESK);
  const coming = page.waitForEvent('download');
  await link.click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe('plan.txt');
  expect(readFileSync(await download.path(), 'utf8')).toBe('Week 1: borrow');
  await files.getByRole('button', { name: 'Remove plan.txt' }).click();
  await link.waitFor({ state: 'hidden' });
});
