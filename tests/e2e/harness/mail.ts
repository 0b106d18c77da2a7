import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.ts';

const MAILDEV = fileURLToPath(new URL('../node_modules/maildev/dist/bin/maildev.js', import.meta.url));

interface Email {
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
  to: { address: string }[];
}

/** A real SMTP server that keeps what it is sent. */
export class MailServer {
  private constructor(
    readonly smtpPort: number,
    private readonly api: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<MailServer> {
    const [smtpPort, webPort] = [await freePort(), await freePort()];
    const args = ['--ip', '127.0.0.1', '--smtp', String(smtpPort), '--web-ip', '127.0.0.1', '--web', String(webPort)];
    const child = spawn(process.execPath, [MAILDEV, ...args], { stdio: 'ignore' });
    const server = new MailServer(smtpPort, `http://127.0.0.1:${webPort}/api`, child);
    await server.ready();
    return server;
  }

  /** The newest letter to `address` once there are `count` of them. */
  async letter(address: string, count = 1): Promise<Email> {
    const deadline = Date.now() + 20_000;
    let found: Email[] = [];
    while (Date.now() < deadline) {
      const all = (await (await fetch(`${this.api}/email`)).json()) as Email[];
      found = all.filter(({ to }) => to.some((mailbox) => mailbox.address === address));
      const newest = found.at(-1);
      if (newest && found.length >= count) return newest;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${found.length} letters came for ${address}, not ${count}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline && this.process.exitCode === null) {
      const answer = await fetch(`${this.api}/healthz`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('maildev did not become ready');
  }
}

/** The link of a letter. */
export function linkIn(text: string): string {
  const link = /^https?:\S+$/mu.exec(text)?.[0];
  if (!link) throw new Error(`no link in: ${text}`);
  return link;
}
