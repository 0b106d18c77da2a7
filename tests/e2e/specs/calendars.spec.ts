import { createServer, type Server as HttpServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test as base } from '../harness/fixtures.ts';
import { GoogleCalendar } from '../harness/google.ts';
import { Server } from '../harness/server.ts';
import { isSound, pageOf } from '../harness/sound.ts';

const DESK = { width: 1280, height: 900 };
const DAY_MS = 86_400_000;

/** Somebody who publishes a calendar, on this machine. */
class Publisher {
  events = '';
  status = 200;
  private readonly http: HttpServer;

  constructor() {
    this.http = createServer((_request, response) => {
      response.writeHead(this.status, { 'content-type': 'text/calendar' });
      response.end(`BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${this.events}END:VCALENDAR\r\n`);
    });
  }

  async start(): Promise<this> {
    this.http.listen(0, '127.0.0.1');
    await once(this.http, 'listening');
    return this;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/private-1/basic.ics`;
  }

  stop(): void {
    this.http.close();
    this.http.closeAllConnections();
  }
}

/** A server that may read calendars of this machine. */
const test = base.extend<{ publisher: Publisher }, { google: GoogleCalendar; server: Server }>({
  google: [
    async ({}, use) => {
      const google = await GoogleCalendar.start();
      await use(google);
      google.stop();
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ google }, use) => {
      const server = await Server.start({
        environment: { FACEMENTOR_CALENDARS__PRIVATE_NETWORKS: '127.0.0.0/8', ...google.environment() },
      });
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  publisher: async ({}, use) => {
    const publisher = await new Publisher().start();
    await use(publisher);
    publisher.stop();
  },
});

const utc = (ms: number) => `${new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/gu, '')}`;

test('a mentor subscribes to a calendar and sees when it fails', async ({ server, inChromium, publisher }) => {
  test.slow();
  const ada = await inChromium('ada');
  const page = pageOf(ada);
  await ada.signIn('ada@demo.test');
  await page.setViewportSize(DESK);
  const weekly = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((weekday) => ({
    weekday,
    from: '09:00',
    until: '10:00',
  }));
  await ada.api('PUT', '/api/me/availability', { time_zone: 'UTC', weekly });
  const offering = (await ada.api('POST', '/api/me/offerings', { title: 'Half an hour', minutes: 30 })) as {
    id: string;
  };
  const midnight = (Math.floor(Date.now() / DAY_MS) + 2) * DAY_MS;
  const openings = async () => {
    const range = `from_ms=${midnight}&until_ms=${midnight + DAY_MS}`;
    const answer = (await ada.api('GET', `/api/offerings/${offering.id}/openings?${range}`)) as {
      items: { starts_at_ms: number }[];
    };
    return answer.items.map(({ starts_at_ms }) => (starts_at_ms - midnight) / 3_600_000);
  };
  expect(await openings()).toEqual([9, 9.5]);
  publisher.events = `BEGIN:VEVENT\r\nUID:1\r\nDTSTART:${utc(midnight + 9.5 * 3_600_000)}\r\nDURATION:PT30M\r\nEND:VEVENT\r\n`;

  await page.goto(`${server.url}/availability`);
  await page.getByRole('button', { name: 'Subscribe to a calendar' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Subscribe' }).click();
  await dialog.getByText('Paste the address here.').waitFor();
  await isSound(page, 'subscribing to a calendar');
  await page.setViewportSize(DESK);
  // By keyboard: the focus is on the field at fault.
  await expect(dialog.getByLabel('Address')).toBeFocused();
  await page.keyboard.type('https://10.0.0.1/calendar.ics');
  await page.keyboard.press('Enter');
  await dialog.getByText('This server reads calendars from public https addresses only.').waitFor();
  await dialog.getByLabel('Address').fill(publisher.address);
  await dialog.getByLabel('Name').fill('Work <b>calendar</b>');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  const section = page.getByRole('region', { name: 'Other calendars' });
  await section.getByText('Work <b>calendar</b>').waitFor();
  await section.getByText('1 event', { exact: false }).waitFor();
  expect(await openings()).toEqual([9]);
  await isSound(page, 'a calendar');
  await page.setViewportSize(DESK);

  publisher.status = 404;
  await section.getByRole('button', { name: /^Read now: Work/u }).click();
  await section.getByText('Not up to date').waitFor();
  await section.getByText('Copy its address again.', { exact: false }).waitFor();
  expect(await openings()).toEqual([9]);
  await isSound(page, 'a calendar that fails');
  await page.setViewportSize(DESK);
  publisher.status = 200;
  publisher.events = '';
  await section.getByRole('button', { name: /^Read now: Work/u }).click();
  await section.getByText('Not up to date').waitFor({ state: 'hidden' });
  expect(await openings()).toEqual([9, 9.5]);

  await section.getByRole('button', { name: /^Remove Work/u }).click();
  await section.getByText('Work <b>calendar</b>').waitFor({ state: 'hidden' });
});

test('a mentor connects Google Calendar, or does not', async ({ server, inChromium, google }) => {
  const ada = await inChromium('ada');
  const page = pageOf(ada);
  await ada.signIn('ada@demo.test');
  await page.setViewportSize(DESK);
  await page.goto(`${server.url}/availability`);
  await page.getByRole('button', { name: 'Connect Google Calendar' }).click();
  await google.decide(page, 'Deny');
  await page.getByText('Google did not give the permission', { exact: false }).waitFor();
  await isSound(page, 'a calendar that is not connected');
  await page.setViewportSize(DESK);
  await page.getByRole('link', { name: 'Back to when I can be booked' }).click();
  google.busy = [{ start: '2026-12-24T10:00:00+01:00', end: '2026-12-24T11:00:00+01:00' }];
  await page.getByRole('button', { name: 'Connect Google Calendar' }).click();
  await google.decide(page, 'Allow');
  await page.waitForURL('**/availability');
  const section = page.getByRole('region', { name: 'Other calendars' });
  await section.getByText('Google Calendar', { exact: true }).waitFor();
  await section.getByRole('button', { name: 'Read now: Google Calendar' }).click();
  await page.getByText('Google Calendar is up to date', { exact: true }).waitFor();
  await section.getByRole('button', { name: 'Remove Google Calendar' }).click();
  await section.getByText('Google Calendar', { exact: true }).waitFor({ state: 'hidden' });
});

test("somebody's bookings have a secret address that can be replaced", async ({ server, inChromium }) => {
  const bo = await inChromium('bo');
  const page = pageOf(bo);
  await bo.signIn('bo@demo.test');
  await page.setViewportSize(DESK);
  await page.goto(`${server.url}/bookings`);
  await page.getByRole('button', { name: 'Make a secret address' }).click();
  const field = page.getByLabel('Address of your bookings');
  await field.waitFor();
  const first = await field.inputValue();
  await isSound(page, 'a secret address of bookings');
  await page.setViewportSize(DESK);
  const status = async (address: string) => (await fetch(address)).status;
  expect(await status(first)).toBe(200);
  await page.getByRole('button', { name: 'Replace it' }).click();
  await expect(field).not.toHaveValue(first);
  const second = await field.inputValue();
  expect([await status(first), await status(second)]).toEqual([404, 200]);
  await page.getByRole('button', { name: 'Take it away' }).click();
  await page.getByRole('button', { name: 'Make a secret address' }).waitFor();
  expect(await status(second)).toBe(404);
  // Nothing that was asked for is in the log.
  expect(server.log()).not.toContain(first.split('/').at(-1));
});
