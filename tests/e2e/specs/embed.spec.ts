import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '../harness/fixtures.ts';
import { Server } from '../harness/server.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 900 };

/** Somebody else's site: one page, on an address of its own. */
async function anotherSite(body: string): Promise<{ url: string; close: () => void }> {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>My site</title><main><h1>My site</h1>${body}</main></html>`;
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

test('openings are shown on another site, and booking goes on in a tab of ours', async ({ server, inChromium }) => {
  const page = pageOf(await inChromium('eve'));
  const link = `<noscript><a href="${server.url}/mentors/mira-kovac">Book</a></noscript>`;
  const site = await anotherSite(
    `<script async src="${server.url}/widget.js" data-mentor="mira-kovac" data-theme="dark"></script>${link}`,
  );
  await page.setViewportSize(DESK);
  await page.goto(site.url);
  const element = page.locator('iframe');
  const frame = page.frameLocator('iframe');
  await expect(element).toHaveAttribute('title', 'Book a session');
  await frame.getByRole('heading', { name: 'Book a session with Mira Kovač' }).waitFor();
  await expect(frame.locator('html')).toHaveClass(/dark/u);
  const times = frame.getByRole('radiogroup', { name: 'Time', exact: true }).getByRole('radio');
  await times.first().waitFor();
  await isSound(page, 'openings on another site');
  await page.setViewportSize(DESK);

  await times.last().click();
  const on = frame.getByRole('link', { name: /Go on to book/u });
  await on.waitFor();
  // The frame is as tall as what it shows.
  const scrolls = () => frame.locator('html').evaluate((html) => html.scrollHeight - html.clientHeight);
  await expect.poll(scrolls).toBeLessThanOrEqual(1);
  // Only the frame's own word counts.
  const height = await element.evaluate((found) => found.style.height);
  await page.evaluate(() => window.postMessage({ type: 'facementor:height', height: 17 }, '*'));
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  expect(await element.evaluate((found) => found.style.height)).toBe(height);

  const [tab] = await Promise.all([page.context().waitForEvent('page'), on.click()]);
  await tab.waitForURL(/\/mentors\/mira-kovac\?offering=[^&]+&at=\d+$/u);
  expect(new URL(tab.url()).origin).toBe(server.url);
  await tab.getByRole('link', { name: 'Sign in to book' }).waitFor();
  expect(await tab.evaluate(() => window.opener as unknown)).toBeNull();
  site.close();
});

test('nothing but the booking frame stands in other sites, and only where the operator lets it', async ({
  server,
  inChromium,
}) => {
  const page = pageOf(await inChromium('eve'));
  const strict = await Server.start({ environment: { FACEMENTOR_HTTP__EMBED_ORIGINS: 'https://elsewhere.example' } });
  const site = await anotherSite(
    `<iframe title="refused" src="${server.url}/mentors/ada"></iframe>
     <iframe title="refused too" src="${strict.url}/embed/ada"></iframe>
     <iframe title="shown" src="${server.url}/embed/ada"></iframe>`,
  );
  const refused: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('frame-ancestors')) refused.push(message.text());
  });
  await page.goto(site.url);
  await page.frameLocator('iframe[title="shown"]').getByRole('heading', { name: /Ada/u }).waitFor();
  await expect.poll(() => refused.length).toBe(2);
  await expect(page.frameLocator('iframe[title="refused"]').getByRole('heading', { name: 'Ada' })).toHaveCount(0);
  site.close();
  await strict.stop();
});

test('where scripts do not run there is a link', async ({ server, chromiums }) => {
  const context = await (await chromiums('eve')).newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const link = `<noscript><a href="${server.url}/mentors/ada">Book a session with Ada</a></noscript>`;
  const site = await anotherSite(`<script async src="${server.url}/widget.js" data-mentor="ada"></script>${link}`);
  await page.goto(site.url);
  await expect(page.getByRole('link', { name: 'Book a session with Ada' })).toHaveAttribute(
    'href',
    `${server.url}/mentors/ada`,
  );
  site.close();
  await context.close();
});

test('a mentor copies the HTML for their own site', async ({ server, inChromium }) => {
  const ada = await inChromium('ada');
  const page = pageOf(ada);
  await ada.signIn('ada@demo.test');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  await page.goto(`${server.url}/settings`);
  await page.getByRole('heading', { name: 'Booking on your own site' }).waitFor();
  await page.getByLabel('Colours').selectOption('Dark');
  await page.getByRole('button', { name: 'Copy the HTML' }).click();
  await page.getByText('Copied', { exact: true }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(`<script async src="${server.url}/widget.js" data-mentor="ada" data-theme="dark"></script>`);
  await isSound(page, 'the settings of a mentor');
});
