import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { codeOf } from '../harness/authenticator-app.ts';
import { expect, test as base } from '../harness/fixtures.ts';
import { Server } from '../harness/server.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 720 };
const PASSWORD = 'correct horse battery';

/** A server that soon asks for a proof again. */
const test = base.extend<object, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start({ environment: { FACEMENTOR_ACCOUNTS__PROOF_S: '3' } });
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
});

async function signUp(page: Page, url: string, name: string): Promise<string> {
  const email = `${name.toLowerCase()}@example.test`;
  await page.goto(`${url}/sign-up`);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/sessions');
  return email;
}

async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Your menu, ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
}

async function typePassword(page: Page, url: string, email: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
}

/** Until what they proved when they signed in is too long ago. */
async function untilProofIsOld(page: Page, url: string): Promise<void> {
  const ask = async () => (await page.request.post(`${url}/api/me/passkeys/begin`, { data: {} })).status();
  await expect.poll(ask).toBe(403);
}

const proofOf = (page: Page) => page.getByRole('dialog', { name: 'Is it you?' });

async function prove(page: Page): Promise<void> {
  const dialog = proofOf(page);
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
}

/** Until `done` is there; whoever was slow proves once more on the way. */
async function proving(page: Page, done: Locator): Promise<void> {
  await proofOf(page).or(done).first().waitFor();
  if (await proofOf(page).isVisible()) await prove(page);
  await done.waitFor();
}

test('an authenticator app is set up, asked for, and removed again', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('eve'));
  const email = await signUp(page, server.url, 'Tove');
  await page.goto(`${server.url}/settings`);
  await page.getByText('Off', { exact: true }).waitFor();
  await untilProofIsOld(page, server.url);
  await page.getByRole('button', { name: 'Set up an authenticator app…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Is it you?' });
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await dialog.getByText('Type your password.').waitFor();
  await isSound(page, 'a proof that is asked for');
  await page.setViewportSize(DESK);
  await dialog.getByLabel('Your password').fill('not my password');
  await page.keyboard.press('Enter');
  await dialog.getByText('This is not your password.').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Set up an authenticator app…' }).click();
  await prove(page);

  await page.getByRole('img', { name: /QR code/u }).waitFor();
  const secret = (await page.getByLabel('Key for the app').textContent()) ?? '';
  await page.getByLabel('Code', { exact: true }).fill('000000');
  await page.keyboard.press('Enter');
  await proving(page, page.getByText('This is not the code.'));
  await isSound(page, 'setting up an app');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Set up an authenticator app…' }).click();
  await proving(page, page.getByLabel('Key for the app'));
  await expect(page.getByLabel('Key for the app')).not.toHaveText(secret);
  const newer = (await page.getByLabel('Key for the app').textContent()) ?? '';
  const used = codeOf(newer);
  await page.getByLabel('Code', { exact: true }).fill(used);
  await page.keyboard.press('Enter');
  await proving(page, page.getByText('Keep these backup codes now.'));
  const codes = await page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem').allTextContents();
  expect(codes).toHaveLength(10);
  await isSound(page, 'backup codes');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('10 backup codes are left.').waitFor();
  await signOut(page, 'Tove');

  await typePassword(page, server.url, email);
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
  await page.getByLabel('Code', { exact: true }).fill(used);
  await page.keyboard.press('Enter');
  await page.getByText('This does not match, or was used already.').waitFor();
  await isSound(page, 'a code that was used');
  await page.setViewportSize(DESK);
  await page.getByLabel('Code', { exact: true }).fill(codeOf(newer, 1));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/sessions');

  await page.goto(`${server.url}/settings`);
  await untilProofIsOld(page, server.url);
  await page.getByRole('button', { name: 'Remove the authenticator app…' }).click();
  await dialog.getByRole('button', { name: 'Use a backup code' }).click();
  await dialog.getByLabel('Backup code').fill(codes[0] ?? '');
  await page.keyboard.press('Enter');
  await page.getByText('The authenticator app is removed', { exact: true }).waitFor();
  await page.getByText('Off', { exact: true }).waitFor();
});

/** An authenticator that is always there and knows its holder. */
async function plugIn(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Nothing is filled in by itself: what happens is what was pressed. */
function withoutFilling(): void {
  Object.defineProperty(PublicKeyCredential, 'isConditionalMediationAvailable', {
    value: () => Promise.resolve(false),
  });
}

test('a passkey is added, signs in by itself and after the password, and is removed', async ({
  server,
  inChromium,
}) => {
  const page = pageOf(await inChromium('bo'));
  await page.addInitScript(withoutFilling);
  await plugIn(page);
  const email = await signUp(page, server.url, 'Kim');
  await page.goto(`${server.url}/settings`);
  await page.getByRole('button', { name: 'Add a passkey…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Is it you?' });
  const list = page.getByRole('list', { name: 'Your passkeys' });
  await proving(page, list.getByText('Chrome on Linux'));
  await page.getByRole('button', { name: 'Rename Chrome on Linux' }).click();
  await page.getByLabel('Name', { exact: true }).fill('My laptop');
  await page.keyboard.press('Enter');
  await list.getByText('My laptop').waitFor();
  await isSound(page, 'passkeys');
  await page.setViewportSize(DESK);
  await signOut(page, 'Kim');

  await page.goto(`${server.url}/sign-in`);
  await isSound(page, 'signing in with a passkey');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL('**/sessions');

  await page.goto(`${server.url}/settings`);
  await untilProofIsOld(page, server.url);
  await page.getByRole('switch', { name: 'Also ask for a passkey after my password' }).click();
  await dialog.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('Keep these backup codes now.').waitFor();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await signOut(page, 'Kim');
  await typePassword(page, server.url, email);
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
  await isSound(page, 'a passkey after the password');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL('**/sessions');

  await page.goto(`${server.url}/settings`);
  await page.getByRole('button', { name: 'Remove My laptop' }).click();
  const gone = page.getByText('My laptop is removed', { exact: true });
  await dialog.or(gone).first().waitFor();
  if (await dialog.isVisible()) await dialog.getByRole('button', { name: 'Use a passkey' }).click();
  await gone.waitFor();
  await expect(list).toHaveCount(0);
});

test('the browser offers the passkey among what it fills in', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('bo'));
  await plugIn(page);
  await signUp(page, server.url, 'Lee');
  await page.goto(`${server.url}/settings`);
  await page.getByRole('button', { name: 'Add a passkey…' }).click();
  await proving(page, page.getByRole('list', { name: 'Your passkeys' }));
  await signOut(page, 'Lee');
  // This authenticator picks for its holder: nothing needs to be pressed.
  await page.goto(`${server.url}/sign-in`);
  await page.waitForURL('**/sessions');
});

test('someone takes their data with them and leaves', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('eve'));
  const email = await signUp(page, server.url, 'Nia');
  await page.goto(`${server.url}/settings`);
  await untilProofIsOld(page, server.url);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download my data' }).click();
  await prove(page);
  const archive = readFileSync(await (await download).path());
  expect(archive.subarray(0, 2).toString()).toBe('PK');
  expect(archive.toString('latin1')).toContain('account.json');
  expect(archive.toString('latin1')).toContain(email);

  await untilProofIsOld(page, server.url);
  await page.getByRole('button', { name: 'Delete account…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
  await dialog.getByRole('button', { name: 'Delete my account for good' }).click();
  await dialog.getByText('Type the address of this account').waitFor();
  await isSound(page, 'leaving');
  await page.setViewportSize(DESK);
  await dialog.getByLabel('Your e-mail').fill(email);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Is it you?' }).getByLabel('Your password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('Your account is deleted', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
  await typePassword(page, server.url, email);
  await page.getByText('E-mail and password do not match.').waitFor();
});
