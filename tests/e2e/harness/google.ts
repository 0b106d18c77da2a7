import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';

const SCOPE = 'https://www.googleapis.com/auth/calendar.freebusy';

/** Google, as far as free/busy goes: a page that asks, a token endpoint, and `freeBusy.query`. */
export class GoogleCalendar {
  busy: { start: string; end: string }[] = [];
  private challenge = '';
  private readonly http: HttpServer;

  private constructor() {
    this.http = createServer((request, response) => void this.answer(request, response));
  }

  static async start(): Promise<GoogleCalendar> {
    const google = new GoogleCalendar();
    google.http.listen(0, '127.0.0.1');
    await once(google.http, 'listening');
    return google;
  }

  private get base(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Settings of a server that offers it. */
  environment(): Record<string, string> {
    return {
      FACEMENTOR_GOOGLE__ISSUER: this.base,
      FACEMENTOR_GOOGLE__CLIENT_ID: 'client',
      FACEMENTOR_GOOGLE__CLIENT_SECRET: 'secret',
      FACEMENTOR_CALENDARS__GOOGLE: 'true',
      FACEMENTOR_CALENDARS__GOOGLE_API: `${this.base}/calendar/v3`,
    };
  }

  /** On its page. */
  async decide(page: Page, choice: 'Allow' | 'Deny'): Promise<void> {
    await page.getByRole('link', { name: choice }).click();
  }

  stop(): void {
    this.http.close();
    this.http.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.base);
    let body = '';
    for await (const part of request) body += String(part);
    const json = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (url.pathname === '/.well-known/openid-configuration') {
      const { base } = this;
      const keys = {
        jwks_uri: `${base}/jwks`,
        authorization_endpoint: `${base}/auth`,
        token_endpoint: `${base}/token`,
      };
      json(200, { issuer: base, ...keys });
    } else if (url.pathname === '/auth' && url.searchParams.get('scope') === SCOPE) {
      this.challenge = url.searchParams.get('code_challenge') ?? '';
      const back = (answer: Record<string, string>) => {
        const to = new URL(url.searchParams.get('redirect_uri') ?? '');
        to.search = new URLSearchParams({ state: url.searchParams.get('state') ?? '', ...answer }).toString();
        return to.toString().replaceAll('&', '&amp;');
      };
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(`<a href="${back({ code: 'c' })}">Allow</a> <a href="${back({ error: 'access_denied' })}">Deny</a>`);
    } else if (url.pathname === '/token') {
      const form = new URLSearchParams(body);
      const proof = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const isSound =
        form.get('grant_type') === 'refresh_token' ? form.get('refresh_token') === 'r' : proof === this.challenge;
      const token = { access_token: 'a', token_type: 'Bearer', expires_in: 3599, scope: SCOPE, refresh_token: 'r' };
      json(isSound ? 200 : 400, isSound ? token : { error: 'invalid_grant' });
    } else if (url.pathname === '/calendar/v3/freeBusy' && request.headers.authorization === 'Bearer a') {
      json(200, { calendars: { primary: { busy: this.busy } } });
    } else {
      json(404, { error: 'not_found' });
    }
  }
}
