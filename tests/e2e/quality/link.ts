import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Interface, createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../bench/quality/link.py', import.meta.url));

/** What happens to packets in one direction; bench/quality/link.py explains each. */
export interface Impairment {
  loss?: number;
  burst?: [packets: number, seconds: number] | null;
  delay?: number;
  jitter?: number;
  rate?: number;
  queue?: number;
  block?: 'udp' | 'tcp' | 'all' | null;
}

export interface Order {
  /** Towards the far side, from it, or both. */
  down?: Impairment;
  up?: Impairment;
  both?: Impairment;
  address?: string;
  reset?: true;
}

export interface Carried {
  bytes: number;
  packets: number;
  dropped: number;
}

/** A bad network between this namespace, where the server is, and a far one, where a browser is. */
export class Link {
  /** Where the far side reaches us. */
  readonly near = '10.231.9.1';
  /** And where the near side reaches what is on the far one. */
  readonly far = '10.231.9.2';
  private readonly answers: AsyncIterableIterator<string>;

  private constructor(
    private readonly process: ChildProcess,
    lines: Interface,
  ) {
    this.answers = lines[Symbol.asyncIterator]();
  }

  static async start(): Promise<{ link: Link; pid: number }> {
    const child = spawn('python3', [PROGRAM, '10.231.9.1/24', '10.231.9.2/24'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const link = new Link(child, createInterface(child.stdout));
    const { pid } = (await link.answer()) as { pid: number };
    return { link, pid };
  }

  async set(order: Order): Promise<void> {
    await this.order(order);
  }

  /** What went through since the last look. */
  async carried(): Promise<{ down: Carried; up: Carried }> {
    return (await this.order({ stats: true })) as { down: Carried; up: Carried };
  }

  async stop(): Promise<void> {
    this.process.stdin?.end();
    await once(this.process, 'exit');
  }

  private order(order: object): Promise<unknown> {
    this.process.stdin?.write(`${JSON.stringify(order)}\n`);
    return this.answer();
  }

  private async answer(): Promise<unknown> {
    const { value, done } = await this.answers.next();
    if (done) throw new Error('the link ended: it needs /dev/net/tun and the right to make network namespaces');
    return JSON.parse(value as string);
  }
}

/** A program that starts Chromium in the namespace of that process. */
export function farChromium(folder: string, pid: number): string {
  const path = join(folder, 'far-chromium');
  const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
  writeFileSync(path, `#!/bin/sh\nexec nsenter --net=/proc/${pid}/ns/net ${chromium} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}
