import { type Browser, type Page, chromium as chromiumType } from '@playwright/test';
import puppeteer, { type Browser as Firefox, type BrowserContext, type Page as FirefoxPage } from 'puppeteer-core';
import type { Look } from './looks.ts';
import { LOOKS } from './looks.ts';
import { pageScript } from './page-script.ts';

/** What tests do to a page, in either browser. Selectors are CSS. */
export interface Driver {
  /** How what it plays can be listened to: by `tone`, or only by its `energy`. */
  readonly sound: 'tone' | 'energy';
  goto(url: string): Promise<void>;
  evaluate<Result, Argument>(run: (argument: Argument) => Result, argument: Argument): Promise<Awaited<Result>>;
  /** Waits for the element, then clicks it. */
  click(selector: string): Promise<void>;
  /** By its accessible name. */
  clickButton(name: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  press(key: string): Promise<void>;
  resize(size: { width: number; height: number }): Promise<void>;
  close(): Promise<void>;
}

export interface Devices {
  camera: string;
  microphone: string;
}

/** Debian's Chromium; its camera and microphone are files. */
export function launchChromium(
  { camera, microphone }: Devices,
  special: { executablePath?: string; args?: string[] } = {},
): Promise<Browser> {
  return chromiumType.launch({
    executablePath: special.executablePath ?? process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...(special.args ?? []),
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${camera}`,
      `--use-file-for-fake-audio-capture=${microphone}`,
    ],
  });
}

/** What Firefox's own fake microphone sounds like. */
export const FIREFOX_TONE_HZ = 1000;

/** Debian's Firefox ESR, over WebDriver BiDi. Pages of `trusted` hosts get cameras without HTTPS. */
export function launchFirefox(trusted = ''): Promise<Firefox> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      'dom.securecontext.allowlist': trusted,
      // A codec it would download at run time.
      'media.gmp-manager.updateEnabled': false,
    },
  });
}

export class ChromiumDriver implements Driver {
  readonly sound = 'tone';

  private constructor(readonly page: Page) {}

  static async open(browser: Browser): Promise<ChromiumDriver> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await page.addInitScript(pageScript, { screen: LOOKS.screen });
    return new ChromiumDriver(page);
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url);
  }

  evaluate<Result, Argument>(run: (argument: Argument) => Result, argument: Argument): Promise<Awaited<Result>> {
    return this.page.evaluate(run as never, argument) as Promise<Awaited<Result>>;
  }

  click(selector: string): Promise<void> {
    return this.page.locator(selector).click();
  }

  clickButton(name: string): Promise<void> {
    return this.page.getByRole('button', { name, exact: true }).click();
  }

  fill(selector: string, text: string): Promise<void> {
    return this.page.locator(selector).fill(text);
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  resize(size: { width: number; height: number }): Promise<void> {
    return this.page.setViewportSize(size);
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

export class FirefoxDriver implements Driver {
  /** Without a sound card Firefox runs no AudioContext; it decodes all the same, and counts. */
  readonly sound = 'energy';

  private constructor(
    private readonly context: BrowserContext,
    readonly page: FirefoxPage,
  ) {}

  static async open(browser: Firefox, camera: Look): Promise<FirefoxDriver> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport({ width: 1280, height: 720 });
    await page.evaluateOnNewDocument(pageScript, { screen: LOOKS.screen, camera });
    return new FirefoxDriver(context, page);
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url);
  }

  evaluate<Result, Argument>(run: (argument: Argument) => Result, argument: Argument): Promise<Awaited<Result>> {
    return this.page.evaluate(run as never, argument as never) as Promise<Awaited<Result>>;
  }

  async click(selector: string): Promise<void> {
    await this.page.locator(selector).click();
  }

  clickButton(name: string): Promise<void> {
    return this.page.locator(`::-p-aria([name="${name}"][role="button"])`).click();
  }

  async fill(selector: string, text: string): Promise<void> {
    await this.page.locator(selector).fill(text);
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key as 'm');
  }

  resize(size: { width: number; height: number }): Promise<void> {
    return this.page.setViewport(size);
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
