import { expect, test } from '../harness/fixtures.ts';
import { isSound, pageOf } from '../harness/sound.ts';

test('pages before the call are accessible', async ({ server, inChromium }) => {
  const visitor = await inChromium('bo');
  const page = pageOf(visitor);
  for (const path of ['/', '/sign-in', '/sign-up', '/nowhere', '/left/demo?reason=removed', '/join/no-such-code']) {
    await page.goto(server.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await isSound(page, path);
  }
});

test('a visitor chooses a theme by keyboard, and it is kept', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('bo'));
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(server.url);
  const button = page.getByRole('button', { name: 'Theme' });
  await expect(page.locator('html')).not.toHaveClass(/dark/u);
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeFocused();
  await page.keyboard.press('d');
  await expect(page.getByRole('menuitemradio', { name: 'Dark' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveClass(/dark/u);
  await expect(button).toBeFocused();
  await page.reload();
  await expect(page.locator('html')).toHaveClass(/dark/u);
  await button.click();
  await page.getByRole('menuitemradio', { name: 'Dark', checked: true }).waitFor();
  await isSound(page, 'the menu of themes');
});

test('a new person signs up, finds no sessions yet, and signs out', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('eve'));
  await page.goto(`${server.url}/sign-up`);
  await page.getByLabel('Name').fill('Nia');
  await page.getByLabel('E-mail').fill('nia@example.test');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: /create/i }).click();
  await page.waitForURL('**/sessions');
  await page.getByRole('heading', { name: /no sessions yet/i }).waitFor();
  await isSound(page, 'sessions, none');
});

test('a mentor signs in with a demo account, starts a session and shares its link', async ({ server, inChromium }) => {
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  const page = pageOf(ada);
  await page.goto(`${server.url}/sign-in`);
  await page.getByLabel('E-mail').fill('ada@demo.test');
  await page.getByLabel('Password', { exact: true }).fill('demo-demo-demo');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/sessions');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await isSound(page, 'sessions of a mentor');
  await page.setViewportSize({ width: 1280, height: 720 });

  const code = await ada.openSession('with waiting room', 'Ownership and borrowing');
  await bo.openPreJoin(code);
  await bo.shows('[data-testid="join"]');
  await isSound(pageOf(bo), 'pre-join');
  await pageOf(bo).setViewportSize({ width: 1280, height: 720 });
  await bo.join(code, 'guest');
  await bo.shows('[data-testid="waiting"]');
  await isSound(pageOf(bo), 'at the door');

  await ada.join(code, 'signed in');
  await ada.isInCall();
  await ada.admits(bo);
  await ada.sees(bo);
  await isSound(page, 'call with people list');
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.keyboard.press('c');
  await page.getByRole('textbox').fill('Hello, Bo');
  await page.keyboard.press('Enter');
  await isSound(page, 'call with chat');
});

test('the pages of an end-to-end encrypted session are accessible, with and without its key', async ({
  inChromium,
}) => {
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  const page = pageOf(ada);
  await ada.signIn('ada@demo.test');
  await page.goto(`${ada.base}/sessions`);
  await page.getByRole('button', { name: 'Start a session' }).first().click();
  await page.getByLabel('What is it about?').fill('In private');
  await page.getByLabel('Waiting room').click();
  await page.getByLabel('End-to-end encryption').click();
  await isSound(page, 'start an encrypted session');
  await page.getByRole('button', { name: 'Start and copy link' }).click();
  await ada.shows('[data-testid="encryption-note"]');
  await isSound(page, 'encrypted pre-join');
  const code = /join\/([^#]+)#/u.exec(page.url())?.[1] ?? '';
  await ada.driver.click('[data-testid="join"]');
  await ada.isInCall();

  await bo.openPreJoin(code);
  await bo.shows('[data-testid="no-key-note"]');
  await isSound(pageOf(bo), 'pre-join without the key');
  await pageOf(bo).setViewportSize({ width: 1280, height: 720 });
  await bo.join(code, 'guest');
  await bo.showsState(ada, 'sealed', 'no-key');
  await isSound(pageOf(bo), 'call without the key');

  await page.getByTestId('more').click();
  await isSound(page, 'menu of an encrypted call');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.getByTestId('encryption-badge').click();
  await ada.shows('[data-testid="safety-number"]');
  await isSound(page, 'about the encryption');
});
