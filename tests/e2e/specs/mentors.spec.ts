import { execFileSync } from 'node:child_process';
import { expect, test } from '../harness/fixtures.ts';
import { BINARY, type Server } from '../harness/server.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 720 };

/** An administrator's e-mail and password, made by the operator's command. */
function administrator(server: Server): { email: string; password: string } {
  const email = `admin-${Date.now()}@example.test`;
  const environment = { PATH: process.env.PATH, FACEMENTOR_DATA_DIR: server.data };
  const said = execFileSync(BINARY, ['admin', 'create', email], { env: environment, encoding: 'utf8' });
  return { email, password: said.split(': ').at(-1)?.trim() ?? '' };
}

test('someone applies, is declined with a reason, applies again and gets a public page', async ({
  server,
  inChromium,
}) => {
  const [nia, root] = [await inChromium('eve'), await inChromium('bo')];
  const [page, desk] = [pageOf(nia), pageOf(root)];
  await nia.driver.goto(`${nia.base}/healthz`);
  const person = { email: 'okafor@example.test', password: 'correct horse battery', display_name: 'Nia Okafor' };
  await nia.api('POST', '/api/accounts/sign-up', person);
  await page.goto(`${server.url}/mentor-profile`);
  await page.getByRole('heading', { name: 'Become a mentor' }).waitFor();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Say in one line what you help with.').waitFor();
  await expect(page.getByLabel('Headline')).toBeFocused();
  await isSound(page, 'an empty application');
  await page.setViewportSize(DESK);
  await page.getByLabel('Headline').fill('Security for web developers');
  await page.getByLabel('About you').fill('I review threat models.\n<img src=x onerror=alert(1)>');
  await page.getByLabel('Skills').fill('Security, Threat modelling');
  await page.getByLabel('Languages you mentor in').selectOption('en');
  await page.getByLabel('Links').fill('http://example.org');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Links start with https://').waitFor();
  await expect(page.getByLabel('About you')).toHaveValue(/threat models/u);
  await page.getByLabel('Links').fill('https://example.org/nia');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Your application is being looked at.').waitFor();
  await isSound(page, 'an application that waits');

  const admin = administrator(server);
  await root.signIn(admin.email, admin.password);
  await desk.goto(`${server.url}/admin/mentor-applications`);
  const application = desk.getByRole('listitem').filter({ has: desk.getByRole('heading', { name: 'Nia Okafor' }) });
  await application.waitFor();
  await isSound(desk, 'applications');
  await desk.setViewportSize(DESK);
  await application.getByRole('button', { name: 'Decline…' }).click();
  await desk.getByLabel('Reason').fill('Please say more about your experience.');
  await isSound(desk, 'declining');
  await desk.setViewportSize(DESK);
  await desk.getByRole('button', { name: 'Decline application' }).click();
  await application.waitFor({ state: 'hidden' });

  await page.reload();
  await page.getByText('Please say more about your experience.').waitFor();
  await isSound(page, 'a declined application');
  await page.setViewportSize(DESK);
  await page.getByLabel('Experience').fill('Ten years of penetration tests.');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Your application is being looked at.').waitFor();

  await desk.setViewportSize(DESK);
  await desk.reload();
  await application.getByRole('button', { name: 'Approve' }).click();
  await application.waitFor({ state: 'hidden' });

  await page.reload();
  await page.getByRole('link', { name: 'See my page' }).click();
  await page.waitForURL('**/mentors/nia-okafor');
  await page.getByRole('heading', { level: 1, name: 'Nia Okafor' }).waitFor();
  // What somebody typed is text, never markup.
  await page.getByText('<img src=x onerror=alert(1)>').waitFor();
  await isSound(page, "a mentor's own page");

  // Taken back by an administrator: the page is gone, and they read why.
  await desk.goto(`${server.url}/admin/mentors`);
  const mentor = desk.getByRole('listitem').filter({ has: desk.getByRole('heading', { name: 'Nia Okafor' }) });
  await mentor.waitFor();
  await isSound(desk, 'mentors, for administrators');
  await desk.setViewportSize(DESK);
  await mentor.getByRole('button', { name: 'Withdraw…' }).click();
  await desk.getByRole('button', { name: 'Withdraw the approval' }).click();
  await desk.getByText('Say why; Nia Okafor reads it.').waitFor();
  await desk.getByLabel('Reason').fill('No session was held <b>in a year</b>.');
  await isSound(desk, 'withdrawing');
  await desk.setViewportSize(DESK);
  await desk.getByRole('button', { name: 'Withdraw the approval' }).click();
  await mentor.waitFor({ state: 'hidden' });
  await page.reload();
  await page.getByRole('heading', { name: 'There is no such mentor' }).waitFor();
  await page.goto(`${server.url}/mentor-profile`);
  await page.getByText('No session was held <b>in a year</b>.').waitFor();
});

test('mentor pages are there for everyone, and an unknown one says so', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('bo'));
  await page.goto(`${server.url}/mentors/ada`);
  await page.getByRole('heading', { level: 1, name: 'Ada' }).waitFor();
  await isSound(page, 'a mentor page');
  await page.goto(`${server.url}/mentors/nobody-of-this-name`);
  await page.getByRole('heading', { name: 'There is no such mentor' }).waitFor();
  await isSound(page, 'an unknown mentor');
});

test('the applications are for administrators alone', async ({ server, inChromium }) => {
  const bo = await inChromium('bo');
  await bo.signIn('bo@demo.test');
  const page = pageOf(bo);
  await page.goto(`${server.url}/admin/mentor-applications`);
  await page.getByText('Only administrators can do this.').waitFor();
  await isSound(page, 'applications, refused');
});
