import { expect, test } from '../harness/fixtures.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 720 };

test('a visitor finds a mentor by the keyboard alone', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('bo'));
  await page.goto(server.url);
  await page.getByRole('main').getByRole('link', { name: 'Find a mentor' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Find a mentor' }).waitFor();
  await page.getByRole('link', { name: 'Mira Kovač', exact: true }).waitFor();
  await isSound(page, 'search, everyone');
  await page.setViewportSize(DESK);

  await page.getByLabel('What do you want help with?').focus();
  await page.keyboard.type('datab');
  await page.getByText('2 mentors found').waitFor();
  // The address holds it, so that it can be sent to somebody.
  await expect(page).toHaveURL(/\/mentors\?q=datab$/u);
  await page.getByLabel('Language').focus();
  await page.getByLabel('Language').selectOption('fr');
  await page.getByText('1 mentor found').waitFor();
  await isSound(page, 'search, narrowed');
  await page.setViewportSize(DESK);
  await page.reload();
  await page.getByText('1 mentor found').waitFor();
  await expect(page.getByLabel('What do you want help with?')).toHaveValue('datab');
  await expect(page.getByLabel('Language')).toHaveValue('fr');
  await page.goBack();
  await page.getByText('2 mentors found').waitFor();
  await page.getByRole('link', { name: 'Ada', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Ada' }).waitFor();
});

test('a search without results says what to do', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('bo'));
  await page.goto(`${server.url}/mentors?q=underwater+basket&skill=none`);
  await page.getByRole('heading', { name: 'Nobody fits all of that' }).waitFor();
  await isSound(page, 'search, nothing found');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Show all mentors' }).click();
  await page.getByRole('link', { name: 'Yuki Tanaka', exact: true }).waitFor();
  await expect(page).toHaveURL(/\/mentors$/u);
  await expect(page.getByLabel('What do you want help with?')).toHaveValue('');
});

test('a search that fails says so and can be tried again', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('bo'));
  await page.goto(`${server.url}/mentors`);
  await page.getByRole('link', { name: 'Ada', exact: true }).waitFor();
  await page.route('**/api/mentors?*', (route) => route.abort());
  await page.getByLabel('What do you want help with?').fill('rust');
  await page.getByText('The mentors could not be loaded.').waitFor();
  await isSound(page, 'search, failed');
  await page.unroute('**/api/mentors?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('1 mentor found').waitFor();
});

test('mentors are saved with a heart and listed', async ({ server, inChromium }) => {
  const bo = await inChromium('bo');
  await bo.signIn('bo@demo.test');
  const page = pageOf(bo);
  await page.goto(`${server.url}/saved-mentors`);
  await page.getByRole('heading', { name: 'Nobody saved yet' }).waitFor();
  await isSound(page, 'saved mentors, none');
  await page.setViewportSize(DESK);
  await page.goto(`${server.url}/mentors`);
  const heart = page.getByRole('button', { name: 'Save Ada' });
  await heart.click();
  await expect(heart).toHaveAttribute('aria-pressed', 'true');
  await page.goto(`${server.url}/mentors/ada`);
  await expect(page.getByRole('button', { name: 'Save Ada' })).toHaveAttribute('aria-pressed', 'true');
  await page.goto(`${server.url}/saved-mentors`);
  await page.getByRole('link', { name: 'Ada', exact: true }).waitFor();
  await isSound(page, 'saved mentors');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Save Ada' }).click();
  await page.getByRole('heading', { name: 'Nobody saved yet' }).waitFor();
});

test('the first paint of search and of a mentor page asks the API for no mentors', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('bo'));
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  for (const [path, heading] of [
    ['/mentors?q=rust', 'Find a mentor'],
    ['/mentors/ada', 'Ada'],
  ] as const) {
    await page.goto(server.url + path);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await page.getByText('Rust from the first borrow to production').waitFor();
  }
  expect(asked.filter((path) => path.startsWith('/api/mentors'))).toEqual([]);
  // The data is no script: the policy has nothing to say against it.
  expect(complaints.filter((text) => /content security policy/iu.test(text))).toEqual([]);
  await expect(page).toHaveTitle(/^Ada · /u);
  // Coming back by a link asks anew.
  await page.getByRole('navigation').getByRole('link', { name: 'Find a mentor' }).click();
  await page.getByText('4 mentors found').waitFor();
  expect(asked).toContain('/api/mentors');
});

test('figures narrow and sort, and the address holds them', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('bo'));
  await page.goto(`${server.url}/mentors`);
  await page.getByText('4 mentors found').waitFor();
  await page.getByLabel('Price').selectOption({ label: '100 and more' });
  await page.getByRole('heading', { name: 'Nobody fits all of that' }).waitFor();
  await page.getByLabel('Price').selectOption({ label: 'Free' });
  await page.getByText('4 mentors found').waitFor();
  await page.getByLabel('Free this week').check();
  await page.getByText('4 mentors found').waitFor();
  await page.getByLabel('Time zone').selectOption('Asia/Tokyo');
  await page.getByText('1 mentor found').waitFor();
  await page.getByText('Next free', { exact: false }).waitFor();
  await isSound(page, 'search, by figures');
  await page.setViewportSize(DESK);
  await page.getByLabel('Sort by').selectOption({ label: 'Soonest free' });
  await expect(page).toHaveURL(/price_max=0.*time_zone=Asia|time_zone=Asia.*price_max=0/u);
  await page.reload();
  await page.getByText('1 mentor found').waitFor();
  await expect(page.getByLabel('Sort by')).toHaveValue('soonest');
  await expect(page.getByLabel('Free this week')).toBeChecked();
  await page.getByLabel('Rating').selectOption({ label: '4 and better' });
  await page.getByRole('heading', { name: 'Nobody fits all of that' }).waitFor();
  await page.getByRole('button', { name: 'Show all mentors' }).click();
  await page.getByText('4 mentors found').waitFor();
  await page.getByRole('link', { name: 'Yuki Tanaka', exact: true }).click();
  // One step on the mentor's page: the day and the time below follow.
  await page.getByText('Next free, your time', { exact: false }).waitFor();
  const next = page.getByRole('button', { name: /Half an hour/u }).first();
  await next.click();
  await expect(next).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('radiogroup', { name: 'Time', exact: true }).getByRole('radio', { checked: true }).waitFor();
  await page.getByRole('link', { name: 'Sign in to book' }).waitFor();
  await isSound(page, 'a mentor page with next openings');
});
