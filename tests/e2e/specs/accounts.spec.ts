import type { Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';
import { linkIn, MailServer } from '../harness/mail.ts';
import { Server } from '../harness/server.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 720 };
const PASSWORD = 'correct horse battery';
const NEW_PASSWORD = 'battery staple horse';

async function signUp(page: Page, url: string, name: string, email: string): Promise<void> {
  await page.goto(`${url}/sign-up`);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/sessions');
}

/** Opens the newest letter to `email` with this subject, where a server without mail shows them. */
async function openLink(page: Page, url: string, email: string, subject: string): Promise<void> {
  const letter = page.getByRole('article').filter({ hasText: `To ${email}` });
  await expect(async () => {
    await page.goto(`${url}/dev/mail`);
    await letter.filter({ hasText: subject }).first().waitFor({ timeout: 1_000 });
  }).toPass();
  await letter.filter({ hasText: subject }).first().getByRole('link').click();
}

test('someone signs up, confirms their address and changes it', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('eve'));
  await signUp(page, server.url, 'Ida', 'ida@example.test');
  await page.getByText('Confirm your e-mail address', { exact: true }).waitFor();
  await isSound(page, 'an address that is not confirmed');
  await page.setViewportSize(DESK);

  await openLink(page, server.url, 'ida@example.test', 'Confirm your address');
  await page.getByText('Your address is confirmed.').waitFor();
  expect(new URL(page.url()).hash).toBe('');
  await isSound(page, 'a confirmed address');
  await page.setViewportSize(DESK);
  await page.goBack();
  await page.getByRole('article').filter({ hasText: 'To ida@example.test' }).getByRole('link').click();
  await page.getByText('Your address is confirmed already.').waitFor();

  await page.goto(`${server.url}/settings`);
  await page.getByRole('heading', { name: 'E-mail' }).waitFor();
  await expect(page.getByText('Confirm your e-mail address', { exact: true })).toHaveCount(0);
  await page.getByRole('button', { name: 'Change e-mail…' }).click();
  await page.getByRole('button', { name: 'Send a letter to the new address' }).click();
  await expect(page.getByLabel('New e-mail')).toBeFocused();
  await isSound(page, 'an empty change of address');
  await page.setViewportSize(DESK);
  await page.getByLabel('New e-mail').fill('ida@new.example.test');
  await page.getByLabel('Your password').fill('not my password');
  await page.getByRole('button', { name: 'Send a letter to the new address' }).click();
  await page.getByText('This is not your password.').waitFor();
  await expect(page.getByLabel('New e-mail')).toHaveValue('ida@new.example.test');
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('We sent a letter to ida@new.example.test.').waitFor();
  await isSound(page, 'an address on its way');
  await page.setViewportSize(DESK);

  await openLink(page, server.url, 'ida@new.example.test', 'Confirm your address');
  await page.getByText('ida@new.example.test is yours.').waitFor();
});

test('a forgotten password is replaced, and other devices are signed out', async ({ server, inChromium }) => {
  const [laptop, phone] = [pageOf(await inChromium('eve')), pageOf(await inChromium('bo'))];
  await signUp(laptop, server.url, 'Olu', 'olu@example.test');

  await phone.goto(`${server.url}/sign-in`);
  await phone.getByRole('link', { name: 'Forgot your password?' }).click();
  await phone.getByRole('button', { name: 'Send me a link' }).click();
  await phone.getByText('Type your e-mail address.').waitFor();
  await isSound(phone, 'a forgotten password');
  await phone.setViewportSize(DESK);
  await phone.getByLabel('E-mail').fill('olu@example.test');
  await phone.keyboard.press('Enter');
  await phone.getByText('Look into your mailbox.').waitFor();
  await isSound(phone, 'a link on its way');
  await phone.setViewportSize(DESK);

  await openLink(phone, server.url, 'olu@example.test', 'A new password');
  await phone.getByLabel('New password').fill('short');
  await phone.getByRole('button', { name: 'Change password' }).click();
  await phone.getByText('Make it longer').waitFor();
  await isSound(phone, 'choosing a password');
  await phone.setViewportSize(DESK);
  await phone.getByLabel('New password').fill(NEW_PASSWORD);
  await phone.keyboard.press('Enter');
  await phone.getByRole('heading', { name: 'Your password is changed' }).waitFor();
  await isSound(phone, 'a new password');
  await phone.setViewportSize(DESK);
  await phone.getByRole('link', { name: 'Sign in with the new password' }).click();
  await phone.getByLabel('E-mail').fill('olu@example.test');
  await phone.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD);
  await phone.getByRole('button', { name: 'Sign in', exact: true }).click();
  await phone.waitForURL('**/sessions');

  await laptop.goto(`${server.url}/settings`);
  await laptop.waitForURL('**/sign-in**');
  await laptop.getByLabel('E-mail').fill('olu@example.test');
  await laptop.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD);
  await laptop.getByRole('button', { name: 'Sign in', exact: true }).click();
  await laptop.getByRole('button', { name: 'Sign out the other device' }).click();
  await laptop.getByText('Only this device is signed in', { exact: true }).waitFor();
  await phone.reload();
  await phone.waitForURL('**/sign-in**');

  await laptop.getByRole('button', { name: 'Change password…' }).click();
  await laptop.getByRole('button', { name: 'Change password', exact: true }).click();
  await expect(laptop.getByLabel('Current password')).toBeFocused();
  await isSound(laptop, 'changing a password');
  await laptop.setViewportSize(DESK);
  await laptop.getByLabel('Current password').fill(NEW_PASSWORD);
  await laptop.getByLabel('New password').fill(PASSWORD);
  await laptop.keyboard.press('Enter');
  await laptop.getByText('Your password is changed', { exact: true }).waitFor();
  await laptop.reload();
  await laptop.getByRole('heading', { name: 'Settings' }).waitFor();
});

test('name, zone and picture are changed in the settings', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('eve'));
  await signUp(page, server.url, 'Pia', 'pia@example.test');
  await page.goto(`${server.url}/settings`);
  await page.getByLabel('Your name').fill('');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Say how others should call you.').waitFor();
  await expect(page.getByLabel('Your name')).toBeFocused();
  await isSound(page, 'a profile without a name');
  await page.setViewportSize(DESK);
  await page.getByLabel('Your name').fill('Pia Sol');
  await page.getByLabel('Time zone').selectOption('Asia/Tokyo');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Your menu, Pia Sol' }).waitFor();

  const file = page.getByLabel('Picture file');
  await file.setInputFiles({ name: 'evil.png', mimeType: 'image/png', buffer: Buffer.from('<script>') });
  await page.getByText('This is not a picture your browser can read.').waitFor();
  const portrait = await page.screenshot({ clip: { x: 0, y: 0, width: 300, height: 200 } });
  await file.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: portrait });
  await page.getByRole('button', { name: 'Remove picture' }).waitFor();
  const picture = page.locator('main img');
  await expect(picture).toHaveJSProperty('naturalWidth', 320);
  await isSound(page, 'a picture');
  await page.setViewportSize(DESK);
  await page.reload();
  await expect(page.getByLabel('Time zone')).toHaveValue('Asia/Tokyo');
  await expect(picture).toHaveJSProperty('naturalWidth', 320);
  await page.getByRole('button', { name: 'Remove picture' }).click();
  await page.getByRole('button', { name: 'Add a picture…' }).waitFor();
  await expect(picture).toHaveCount(0);
});

test('links that do not work say so', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('bo'));
  await page.goto(`${server.url}/verify-email#made-up`);
  await page.getByText('This link was used already, or is too old.').waitFor();
  await isSound(page, 'a dead link');
  await page.goto(`${server.url}/reset-password`);
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('This link was used already, or is too old.').waitFor();
  await isSound(page, 'a reset link that is dead');
});

test('letters leave by SMTP, and becoming a mentor then needs a confirmed address', async ({ inChromium }) => {
  const mail = await MailServer.start();
  const environment = {
    FACEMENTOR_MAIL__SERVER: `127.0.0.1:${mail.smtpPort}`,
    FACEMENTOR_MAIL__SECURITY: 'none',
    FACEMENTOR_MAIL__FROM: 'Meet <noreply@meet.example>',
    FACEMENTOR_HTTP__PUBLIC_URL: 'https://meet.example',
  };
  const server = await Server.start({ environment });
  try {
    const zoe = await inChromium('eve', server.url);
    const page = pageOf(zoe);
    await zoe.driver.goto(`${server.url}/healthz`);
    const person = { email: 'zoe@example.test', password: PASSWORD, display_name: 'Zoë <b>' };
    // The page is not at its public address here: what it asks for counts as another site's.
    const call = async (method: string, path: string, body: unknown) =>
      page.request.fetch(server.url + path, { method, data: body, headers: { origin: 'https://meet.example' } });
    expect((await call('POST', '/api/accounts/sign-up', person)).status()).toBe(201);

    const letter = await mail.letter('zoe@example.test');
    expect(letter.subject).toBe('Confirm your address for FaceMentor');
    expect(letter.html).toContain('Hello Zoë &lt;b&gt;,');
    const link = new URL(linkIn(letter.text));
    expect(link.origin).toBe('https://meet.example');

    const profile = {
      headline: 'Help',
      about: 'I help.',
      skills: ['Help'],
      languages: ['en'],
      experience: '',
      links: [],
    };
    const apply = () => call('PUT', '/api/me/mentor-profile', profile);
    const refused = await apply();
    expect(refused.status()).toBe(403);
    expect(((await refused.json()) as { code: string }).code).toBe('email_unverified');
    const confirmed = await call('POST', '/api/accounts/confirm-email', { token: link.hash.slice(1) });
    expect(confirmed.status()).toBe(200);
    expect((await apply()).status()).toBe(200);
    expect((await page.request.get(`${server.url}/dev/mail`)).headers()['content-type']).toContain('text/html');
    await page.goto(`${server.url}/dev/mail`);
    await page.getByRole('heading', { name: 'There is no page here' }).waitFor();

    // Nothing of it is in the log.
    for (const secret of ['zoe@example.test', link.hash.slice(1), PASSWORD]) expect(server.log()).not.toContain(secret);
    expect(await server.metric('mail_total')).toBe(1);
  } finally {
    await server.stop();
    await mail.stop();
  }
});
