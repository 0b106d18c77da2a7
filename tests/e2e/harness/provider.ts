import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { freePort } from './ports.ts';

const SCRIPT = fileURLToPath(new URL('provider-process.mjs', import.meta.url));
const CLIENT = 'facementor';
const SECRET = 'a secret of these tests';

/** A real OpenID provider that lets everybody in as whom they say they are. */
export class SignInProvider {
  private constructor(
    readonly issuer: string,
    private readonly process: ChildProcess,
  ) {}

  /** For a server whose pages are at `origin`. */
  static async start(origin: string): Promise<SignInProvider> {
    const port = await freePort();
    const args = [SCRIPT, String(port), CLIENT, SECRET, `${origin}/sign-in/callback`];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const provider = new SignInProvider(`http://127.0.0.1:${port}`, child);
    await provider.ready();
    return provider;
  }

  /** Settings of a server that offers it as "Google". */
  environment(): Record<string, string> {
    return {
      FACEMENTOR_GOOGLE__ISSUER: this.issuer,
      FACEMENTOR_GOOGLE__CLIENT_ID: CLIENT,
      FACEMENTOR_GOOGLE__CLIENT_SECRET: SECRET,
    };
  }

  /** On its page: says who one is. */
  async signInAs(page: Page, email: string): Promise<void> {
    await page.getByLabel('Who are you?').fill(email);
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline && this.process.exitCode === null) {
      const answer = await fetch(`${this.issuer}/.well-known/openid-configuration`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('the sign-in provider did not become ready');
  }
}
