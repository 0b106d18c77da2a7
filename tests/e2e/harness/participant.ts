import { expect } from '@playwright/test';
import type { Driver } from './drivers.ts';
import type { Colour, Look } from './looks.ts';
import {
  type Picture,
  type Received,
  heardNow,
  mediaPorts,
  negotiations,
  pictureIn,
  received,
  soundSoFar,
} from './observe.ts';

export type Source = 'camera' | 'screen';

/** Quick looks first, then calmer: most states are there within a frame or two. */
const INTERVALS = [50, 100, 100, 250, 250, 500];

/** About a quarter of a second of a clear tone. */
const AUDIBLE = 0.01;

/** Someone with a browser. What they do returns when it is done; what they see is waited for. */
export class Participant {
  constructor(
    readonly driver: Driver,
    readonly name: string,
    readonly look: Look,
    /** Where they reach the server. */
    readonly base: string,
  ) {}

  async signIn(email: string, password = 'demo-demo-demo'): Promise<void> {
    // Not a page of the app, whose own look at the login would race with this one.
    await this.driver.goto(`${this.base}/healthz`);
    await this.api('POST', '/api/accounts/log-in', { email, password });
  }

  /** A mentor's new session; returns its join code. */
  async openSession(waitingRoom: 'with waiting room' | 'open door', title = 'First steps in Rust'): Promise<string> {
    const session = await this.api('POST', '/api/sessions', {
      title,
      waiting_room: waitingRoom === 'with waiting room',
    });
    return (session as { join_code: string }).join_code;
  }

  /** A mentor's new encrypted session: its code, and what follows `/join/` with its key and with one that is not. */
  async openEncryptedSession(): Promise<{ code: string; link: string; otherLink: string }> {
    const session = { title: 'In private', waiting_room: false, end_to_end: true };
    const { join_code: code } = (await this.api('POST', '/api/sessions', session)) as { join_code: string };
    const key = () => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
    return { code, link: `${code}#k=${key()}`, otherLink: `${code}#k=${key()}` };
  }

  /** The API as this person's page would use it. */
  async api(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.driver.evaluate(
      async ({ method, path, body }) => {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(path, { method, headers, body: body ? JSON.stringify(body) : undefined });
        const text = await response.text();
        return { ok: response.ok, status: response.status, text };
      },
      { method, path, body },
    );
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? null : JSON.parse(answer.text);
  }

  async openPreJoin(joinCode: string): Promise<void> {
    await this.driver.goto(`${this.base}/join/${joinCode}`);
  }

  /** From the link into the call, or to its door. Guests say their name. */
  async join(joinCode: string, as: 'guest' | 'signed in'): Promise<void> {
    await this.openPreJoin(joinCode);
    if (as === 'guest') await this.driver.fill('input[name="name"]', this.name);
    await this.driver.click('[data-testid="join"]');
  }

  async isInCall(): Promise<void> {
    // The call page is there before, drawn out of sight, and takes no keys.
    await this.shows(':not(.invisible) > [data-testid="call"]');
  }

  /** Lets somebody in who waits, from the people list. */
  async admits(other: Participant): Promise<void> {
    await this.openPeople();
    await this.driver.click(`[aria-label="Let in ${other.name}"]`);
  }

  async refuses(other: Participant): Promise<void> {
    await this.openPeople();
    await this.driver.click(`[aria-label="Refuse ${other.name}"]`);
  }

  async removes(other: Participant): Promise<void> {
    await this.openPeople();
    await this.driver.click(`[aria-label="Actions for ${other.name}"]`);
    await this.driver.click('[role="menuitem"]:last-child');
    await this.driver.clickButton('Remove');
  }

  location(): Promise<string> {
    return this.driver.evaluate(() => location.href, undefined);
  }

  /** Opens a socket with these credentials; answers how the server takes it: a message type, or an error's code. */
  saysHello(signaling: string, credentials: { token: string } | { resume: string }): Promise<string> {
    return this.driver.evaluate(
      ({ signaling, credentials }) =>
        new Promise<string>((resolve, reject) => {
          const socket = new WebSocket(signaling);
          socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', version: 1, ...credentials }));
          socket.onmessage = ({ data }: MessageEvent<string>) => {
            const message = JSON.parse(data) as { type: string; code?: string };
            resolve(message.code ?? message.type);
            socket.close();
          };
          socket.onclose = () => reject(new Error('closed without a word'));
        }),
      { signaling, credentials },
    );
  }

  private async openPeople(): Promise<void> {
    if ((await this.count('[data-testid="person"]')) > 0) return;
    await this.driver.press('p');
    await this.shows('[data-testid="person"]');
  }

  tile(of: { name: string }, source: Source = 'camera'): string {
    return `[data-testid="tile"][data-name="${of.name}"][data-source="${source}"]`;
  }

  /** Sees the other's own moving picture: both colours, and the square that walks along the top. */
  async sees(other: Participant, source: Source = 'camera', look: Look = other.look): Promise<void> {
    const selector = this.tile(other, source);
    await this.poll(`${this.name} sees the ${source} of ${other.name}`, async () => {
      const picture = await this.picture(selector);
      return picture ? matches(picture, look) : 'no picture';
    }).toBe('as sent');
    await this.seesMovement(other, source);
  }

  /** Whether this moment's picture is the other's; false while there is none. */
  async seesNow(other: Participant, source: Source = 'camera', look: Look = other.look): Promise<boolean> {
    const picture = await this.picture(this.tile(other, source));
    return picture !== null && matches(picture, look) === 'as sent';
  }

  async seesMovement(other: Participant, source: Source = 'camera'): Promise<void> {
    const selector = this.tile(other, source);
    const before = await this.picture(selector);
    await this.poll(`the ${source} of ${other.name} moves for ${this.name}`, async () => {
      const now = await this.picture(selector);
      return now !== null && now.top !== before?.top;
    }).toBe(true);
  }

  /** Hears the tone; where the browser has no sound output to analyse, hears that there is sound. */
  async hears(look: Look): Promise<void> {
    if (this.driver.sound === 'energy') {
      const before = await this.driver.evaluate(soundSoFar, undefined);
      await this.poll(`${this.name} hears something`, () =>
        this.driver.evaluate(soundSoFar, undefined),
      ).toBeGreaterThan(before + AUDIBLE);
      return;
    }
    await this.poll(`${this.name} hears ${look.toneHz} Hz`, async () => {
      const heard = await this.driver.evaluate(heardNow, undefined);
      return heard.some((frequency) => Math.abs(frequency - look.toneHz) < 30) ? look.toneHz : heard;
    }).toBe(look.toneHz);
  }

  /** Waits until no remote sound has this tone. */
  async doesNotHear(look: Look): Promise<void> {
    let silent = 0;
    let energy = 0;
    await this.poll(`${this.name} hears no ${look.toneHz} Hz`, async () => {
      // Beeps have pauses: silence is several looks in a row.
      silent = (await this.isQuiet(look, energy)) ? silent + 1 : 0;
      energy = await this.driver.evaluate(soundSoFar, undefined);
      return silent >= 6;
    }).toBe(true);
  }

  private async isQuiet(look: Look, before: number): Promise<boolean> {
    if (this.driver.sound === 'energy') {
      return (await this.driver.evaluate(soundSoFar, undefined)) - before < AUDIBLE / 100;
    }
    const heard = await this.driver.evaluate(heardNow, undefined);
    return !heard.some((frequency) => Math.abs(frequency - look.toneHz) < 30);
  }

  async shows(selector: string): Promise<void> {
    await this.poll(`${this.name} has ${selector}`, () => this.count(selector)).toBeGreaterThan(0);
  }

  async showsNo(selector: string): Promise<void> {
    await this.poll(`${this.name} has no ${selector}`, () => this.count(selector)).toBe(0);
  }

  async showsState(other: Participant, attribute: string, value: string, source: Source = 'camera'): Promise<void> {
    await this.poll(`${other.name}'s ${source} has ${attribute}=${value} for ${this.name}`, () =>
      this.attribute(this.tile(other, source), `data-${attribute}`),
    ).toBe(value);
  }

  /** The window gets another size. */
  resize(size: { width: number; height: number }): Promise<void> {
    return this.driver.resize(size);
  }

  count(selector: string): Promise<number> {
    return this.driver.evaluate((selector) => document.querySelectorAll(selector).length, selector);
  }

  attribute(selector: string, name: string): Promise<string | null> {
    return this.driver.evaluate(({ selector, name }) => document.querySelector(selector)?.getAttribute(name) ?? null, {
      selector,
      name,
    });
  }

  picture(selector: string): Promise<Picture | null> {
    return this.driver.evaluate(pictureIn, selector);
  }

  received(): Promise<Received> {
    return this.driver.evaluate(received, undefined);
  }

  negotiations(): Promise<{ local: number; remote: number; connections: number }> {
    return this.driver.evaluate(negotiations, undefined);
  }

  mediaPorts(): Promise<number[]> {
    return this.driver.evaluate(mediaPorts, undefined);
  }

  poll<T>(message: string, look: () => Promise<T>, timeout = 20_000) {
    return expect.poll(look, { message, intervals: INTERVALS, timeout });
  }
}

function matches(picture: Picture, look: Look): string {
  const wrong = (['left', 'right'] as const).filter((side) => distance(picture[side], look[side]) > 60);
  return wrong.length === 0
    ? 'as sent'
    : wrong.map((side) => `${side}: ${picture[side].join()} instead of ${look[side].join()}`).join('; ');
}

function distance(a: Colour, b: Colour): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
