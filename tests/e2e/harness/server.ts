import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const BINARY = process.env.FACEMENTOR_BINARY ?? join(ROOT, 'target/debug/facementor');

export interface ServerOptions {
  /** Addresses clients send media to, `ip` or `ip:port`; the default is this machine's. */
  announced?: (sfuPort: number) => string;
  /** Where the pages are served; the default is this machine alone. */
  listen?: string;
  /** Where health and metrics are, for one that runs elsewhere. */
  ops?: string;
  environment?: Record<string, string>;
  /** Where pages are served, when others must know before it starts. */
  httpPort?: number;
  /** Wraps the command: other rights, another view of the file system. */
  command?: (binary: string, args: string[], data: string) => [string, string[]];
}

/** The real binary with demo people, on free ports, with data of its own. */
export class Server {
  readonly url: string;

  private constructor(
    readonly httpPort: number,
    readonly sfuPort: number,
    readonly data: string,
    private readonly process: ChildProcess,
    private readonly output: string[],
    private readonly ops: string,
  ) {
    // localhost, because only there pages get cameras without HTTPS.
    this.url = `http://localhost:${httpPort}`;
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    const httpPort = options.httpPort ?? (await freePort());
    const [opsPort, sfuPort] = [await freePort(), await freePort()];
    const data = mkdtempSync(join(tmpdir(), 'facementor-e2e-'));
    const address = process.env.FACEMENTOR_E2E_ADDRESS;
    const announced = options.announced?.(sfuPort) ?? ['127.0.0.1', address].filter(Boolean).join(',');
    const args = ['serve', '--demo'];
    const ops = `${options.ops ?? '127.0.0.1'}:${opsPort}`;
    const [command, commandArgs] = options.command?.(BINARY, args, data) ?? [BINARY, args];
    const child = spawn(command, commandArgs, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: data,
      env: {
        PATH: process.env.PATH,
        FACEMENTOR_DATA_DIR: data,
        FACEMENTOR_HTTP__LISTEN: `${options.listen ?? '127.0.0.1'}:${httpPort}`,
        FACEMENTOR_HTTP__DRAIN_S: '1',
        FACEMENTOR_OPS__LISTEN: ops,
        FACEMENTOR_SFU__PORT: String(sfuPort),
        FACEMENTOR_SFU__SHARDS: '1',
        FACEMENTOR_SFU__ANNOUNCED: announced,
        // All participants share one address here.
        FACEMENTOR_ACCOUNTS__LOG_IN_PER_IP: '{burst=1000, per_minute=1000}',
        FACEMENTOR_ACCOUNTS__LOG_IN_PER_ACCOUNT: '{burst=1000, per_minute=1000}',
        FACEMENTOR_ACCOUNTS__SIGN_UP_PER_IP: '{burst=1000, per_minute=1000}',
        FACEMENTOR_LOGS__FORMAT: 'pretty',
        ...options.environment,
      },
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => output.push(text));
    }
    const server = new Server(httpPort, sfuPort, data, child, output, ops);
    await server.ready();
    return server;
  }

  /** What it has written so far. */
  log(): string {
    return this.output.join('');
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  async metrics(): Promise<string> {
    const answer = await fetch(`http://${this.ops}/metrics`);
    return answer.text();
  }

  /** The sum of one metric's series; its name without `facementor_`. */
  async metric(name: string): Promise<number> {
    const lines = (await this.metrics()).split('\n');
    const series = lines.filter((line) => new RegExp(`^facementor_${name}[{ ]`).test(line));
    return series.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      const hard = setTimeout(() => this.process.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(hard);
    }
    rmSync(this.data, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      if (this.process.exitCode !== null) break;
      const answer = await fetch(`http://${this.ops}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const log = this.log();
    await this.stop();
    throw new Error(`the server did not become ready:\n${log}`);
  }
}
