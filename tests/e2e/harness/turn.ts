import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';

export const SECRET = 'a secret of these tests';

/** Above the ports that Linux hands out by itself (32768–60999): nobody but the TURN server sends from these. */
const RELAY_PORTS = [61_000, 65_535] as const;

/** Whether media that comes from this port was relayed. */
export function isRelayPort(port: number): boolean {
  return port >= RELAY_PORTS[0] && port <= RELAY_PORTS[1];
}

/** A real coturn that shares a secret with our server, on an address of this machine. */
export class TurnServer {
  private constructor(
    readonly address: string,
    readonly port: number,
    private readonly tlsPort: number,
    private readonly folder: string,
    private readonly process: ChildProcess,
    private readonly output: string[],
  ) {}

  static async start(): Promise<TurnServer> {
    const address = process.env.FACEMENTOR_E2E_ADDRESS ?? '127.0.0.1';
    const [port, tlsPort] = [await freePort(), await freePort()];
    const folder = mkdtempSync(join(tmpdir(), 'facementor-turn-'));
    const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    const subject = ['-subj', `/CN=${address}`, '-addext', `subjectAltName=IP:${address}`];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const args = [
      '-n',
      `--listening-ip=${address}`,
      `--relay-ip=${address}`,
      `--listening-port=${port}`,
      `--min-port=${RELAY_PORTS[0]}`,
      `--max-port=${RELAY_PORTS[1]}`,
      '--use-auth-secret',
      `--static-auth-secret=${SECRET}`,
      '--realm=facementor.test',
      // As config/compose.yaml has it: nobody is reached but the media server.
      '--denied-peer-ip=0.0.0.0-255.255.255.255',
      '--allowed-peer-ip=127.0.0.1',
      '--allow-loopback-peers',
      `--tls-listening-port=${tlsPort}`,
      `--cert=${certificate}`,
      `--pkey=${key}`,
      '--no-dtls',
      '--no-cli',
      '--log-file=stdout',
      '--pidfile=/dev/null',
      '--verbose',
    ];
    const child = spawn('turnserver', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => output.push(text));
    }
    const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
    const turn = new TurnServer(address, port, tlsPort, folder, child, output);
    await Promise.race([turn.ready(), failed]);
    return turn;
  }

  /** What our server is to be told about it. */
  environment(transport: 'udp' | 'tcp' | 'tls'): Record<string, string> {
    const url =
      transport === 'tls'
        ? `turns:${this.address}:${this.tlsPort}?transport=tcp`
        : `turn:${this.address}:${this.port}?transport=${transport}`;
    return {
      FACEMENTOR_TURN__URLS: url,
      FACEMENTOR_TURN__SECRET: SECRET,
    };
  }

  log(): string {
    return this.output.join('');
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline && this.process.exitCode === null) {
      if ((await accepts(this.address, this.port)) && (await accepts(this.address, this.tlsPort))) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`coturn did not become ready:\n${this.log()}`);
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
