import { expect, test } from '../harness/fixtures.ts';
import { Keyboard } from '../harness/keyboard.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const DAY_MS = 86_400_000;

test('home says what comes next, and the week is walked through by keyboard', async ({ server, inChromium }) => {
  test.slow();
  const [yuki, pia] = [await inChromium('ada'), await inChromium('bo')];
  const [hers, page] = [pageOf(yuki), pageOf(pia)];
  await yuki.signIn('yuki@demo.test');
  await page.goto(`${server.url}/healthz`);
  const pias = { email: 'pia@demo.test', password: 'demo-demo-demo', display_name: 'Pia', time_zone: 'UTC' };
  await pia.api('POST', '/api/accounts/sign-up', pias);
  const me = (await yuki.api('GET', '/api/me')) as { user: { display_name: string } };
  await yuki.api('PUT', '/api/me/profile', { ...me.user, language: null, time_zone: 'UTC' });
  const weekly = DAYS.map((weekday) => ({ weekday, from: '08:00', until: '12:00' }));
  await yuki.api('PUT', '/api/me/availability', { time_zone: 'UTC', weekly });
  const terms = { title: 'An early hour', minutes: 60, max_per_day: null, max_per_week: null };
  const offering = (await yuki.api('POST', '/api/me/offerings', terms)) as { id: string };
  const day = (Math.floor(Date.now() / DAY_MS) + 2) * DAY_MS;
  const starts_at_ms = day + 10 * 3_600_000;
  await pia.api('POST', '/api/bookings', { offering_id: offering.id, starts_at_ms, answers: [] });

  for (const [whose, other] of [
    [page, me.user.display_name],
    [hers, 'Pia'],
  ] as const) {
    await whose.setViewportSize(DESK);
    await whose.goto(`${server.url}/home`);
    await whose.getByRole('link', { name: `An early hour with ${other}` }).waitFor();
    await isSound(whose, `home, with ${other}`);
    await whose.setViewportSize(DESK);
    const keyboard = new Keyboard(whose);
    await keyboard.goTo(/, 0?9:00/u);
    // Today is in the middle of some week: whichever way, day after day.
    await whose.keyboard.press('ArrowDown');
    await whose.keyboard.press('ArrowRight');
    await whose.keyboard.press('ArrowRight');
    const spoken = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'UTC',
      weekday: 'long',
      day: 'numeric',
      month: 'long',
    });
    const cell = whose.locator(':focus');
    const there = `^${spoken.format(day)}, 10:00[^,]*, An early hour with ${other}, 10:00`;
    await expect(cell).toHaveAccessibleName(new RegExp(there, 'u'));
    await whose.keyboard.press('PageDown');
    await expect(cell).toHaveAccessibleName(new RegExp(`^${spoken.format(day + 7 * DAY_MS)}, 10:00`, 'u'));
    await whose.keyboard.press('PageUp');
    await whose.keyboard.press('Enter');
    await whose.waitForURL('**/bookings/*');
    await whose.getByRole('heading', { name: 'An early hour' }).waitFor();
  }

  // A phone shows a day.
  await hers.setViewportSize(PHONE);
  await hers.goto(`${server.url}/home`);
  await hers.getByRole('button', { name: 'Next day' }).click();
  await hers.getByRole('button', { name: 'Next day' }).click();
  await hers
    .getByRole('grid', { name: 'Hours' })
    .getByRole('link', { name: /10:00.* Pia/u })
    .waitFor();
  const open = hers.getByRole('gridcell', { name: /, 0?8:00[^,]*, can be booked$/u });
  await expect(open).toBeVisible();
});

test('a mentor paints the week by mouse and by keyboard', async ({ server, inChromium }) => {
  test.slow();
  const tomas = await inChromium('ada');
  const page = pageOf(tomas);
  await tomas.signIn('tomas@demo.test');
  await tomas.api('PUT', '/api/me/availability', { time_zone: 'UTC', weekly: [] });
  await page.setViewportSize(DESK);
  await page.goto(`${server.url}/availability`);
  const grid = page.getByRole('grid', { name: 'Hours of the week' });
  const cell = (name: string) => grid.locator(`[aria-label^="${name}"]`);
  await cell('monday 09:00').waitFor();

  // Monday to Wednesday, nine to eleven, in one stroke; then Tuesday from ten on is taken out again.
  await cell('monday 09:00').hover();
  await page.mouse.down();
  await cell('tuesday 10:00').hover();
  await cell('wednesday 10:30').hover();
  await page.mouse.up();
  await expect(cell('wednesday 10:30')).toHaveAccessibleName('wednesday 10:30, available');
  await expect(cell('thursday 09:00')).toHaveAccessibleName('thursday 09:00, not available');
  await cell('tuesday 10:00').hover();
  await page.mouse.down();
  await cell('tuesday 10:30').hover();
  await page.mouse.up();
  await isSound(page, 'a painted week');
  await page.setViewportSize(DESK);

  // Friday, two half hours, by keyboard alone.
  const keyboard = new Keyboard(page);
  await page.getByLabel('Time zone').focus();
  await keyboard.goTo(/^tuesday 10:00/u);
  for (let days = 0; days < 3; days += 1) await page.keyboard.press('ArrowRight');
  await expect(page.locator(':focus')).toHaveAccessibleName('friday 10:00, not available');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.locator(':focus')).toHaveAccessibleName('friday 10:30, available');

  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  const { weekly } = (await tomas.api('GET', '/api/me/availability')) as {
    weekly: { weekday: string; from: string; until: string }[];
  };
  const said = weekly.map(({ weekday, from, until }) => `${weekday} ${from}-${until}`);
  expect(said.sort()).toEqual([
    'friday 10:00-11:00',
    'monday 09:00-11:00',
    'tuesday 09:00-10:00',
    'wednesday 09:00-11:00',
  ]);
});

test('a new mentor is led to the first booking', async ({ server, inChromium }) => {
  const nova = await inChromium('eve');
  const page = pageOf(nova);
  await page.goto(`${server.url}/healthz`);
  const email = 'nova@demo.test';
  await nova.api('POST', '/api/accounts/sign-up', { email, password: 'demo-demo-demo', display_name: 'Nova' });
  const profile = { headline: 'Stars', about: 'All of them.', skills: ['Astronomy'], languages: ['en'] };
  await nova.api('PUT', '/api/me/mentor-profile', { ...profile, intro_video_url: null });
  await page.setViewportSize(DESK);
  await page.goto(`${server.url}/home`);
  const steps = page.getByRole('region', { name: /Get ready to be booked/u });
  await steps.getByText('1 of 5 done').waitFor();
  await steps.getByText('An administrator looks at it.', { exact: false }).waitFor();
  await isSound(page, 'the home of an applicant');
});
