import { test as base } from '../harness/fixtures.ts';
import { freePort } from '../harness/ports.ts';
import { SignInProvider } from '../harness/provider.ts';
import { Server } from '../harness/server.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 720 };

/** A server that offers a real provider. */
const test = base.extend<{ provider: SignInProvider }, { server: Server; providers: Map<Server, SignInProvider> }>({
  providers: [async ({}, use) => use(new Map()), { scope: 'worker' }],
  server: [
    async ({ providers }, use) => {
      const port = await freePort();
      const provider = await SignInProvider.start(`http://localhost:${port}`);
      const server = await Server.start({ environment: provider.environment(), httpPort: port });
      providers.set(server, provider);
      await use(server);
      await server.stop();
      await provider.stop();
    },
    { scope: 'worker' },
  ],
  provider: async ({ server, providers }, use) => {
    const provider = providers.get(server);
    if (!provider) throw new Error('the server has no provider');
    await use(provider);
  },
});

test('someone signs up with Google, and comes back by it elsewhere', async ({ server, provider, inChromium }) => {
  const page = pageOf(await inChromium('eve'));
  await page.goto(`${server.url}/sign-up`);
  await page.getByRole('button', { name: 'Continue with Google' }).waitFor();
  await isSound(page, 'sign-up with a provider');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Continue with Google' }).click();
  await provider.signInAs(page, 'gus@example.test');
  await page.waitForURL('**/sessions');
  await page.getByRole('button', { name: 'Your menu, gus' }).waitFor();

  const phone = pageOf(await inChromium('bo'));
  await phone.goto(`${server.url}/settings`);
  await phone.getByRole('button', { name: 'Continue with Google' }).click();
  await provider.signInAs(phone, 'gus@example.test');
  await phone.waitForURL('**/settings');
  await phone.getByRole('button', { name: 'Your menu, gus' }).waitFor();
});

test('Google stays linked where it is the only way in', async ({ server, provider, inChromium }) => {
  const page = pageOf(await inChromium('eve'));
  await page.goto(`${server.url}/settings`);
  await page.getByRole('button', { name: 'Continue with Google' }).click();
  await provider.signInAs(page, 'una@example.test');
  await page.waitForURL('**/settings');
  await page.getByText('Linked', { exact: true }).waitFor();
  await page.getByText('This device').waitFor();
  await isSound(page, 'settings with a linked provider');
  await page.setViewportSize(DESK);
  await page.getByRole('button', { name: 'Unlink Google' }).click();
  await page.getByText('Google is still linked', { exact: true }).waitFor();
});

test('someone with an account links Google, and signs in by it', async ({ server, provider, inChromium }) => {
  const bo = await inChromium('bo');
  await bo.signIn('bo@demo.test');
  const page = pageOf(bo);
  await page.goto(`${server.url}/settings`);
  await page.getByRole('button', { name: 'Link Google' }).click();
  await provider.signInAs(page, 'unverified-bo@elsewhere.test');
  await page.waitForURL('**/settings');
  await page.getByText('unverified-bo@elsewhere.test').waitFor();
  await page.getByRole('button', { name: 'Unlink Google' }).click();
  await page.getByRole('button', { name: 'Link Google' }).waitFor();
});

test('what the provider refuses or does not vouch for lets nobody in', async ({ server, provider, inChromium }) => {
  const page = pageOf(await inChromium('eve'));
  const begin = async () => {
    // The provider remembers who was there.
    await page.context().clearCookies();
    await page.goto(`${server.url}/sign-in`);
    await page.getByRole('button', { name: 'Continue with Google' }).click();
    await page.getByLabel('Who are you?').waitFor();
  };
  const refused = async (words: string, state: string) => {
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    await page.getByText(words).waitFor();
    await isSound(page, state);
    await page.setViewportSize(DESK);
  };

  await begin();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await refused('The provider did not let you in.', 'a provider that says no');

  await begin();
  await provider.signInAs(page, 'unverified@example.test');
  await refused('The provider does not know whether your e-mail address is yours.', 'an address not confirmed there');
});
