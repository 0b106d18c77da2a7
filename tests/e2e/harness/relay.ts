import { type Socket as UdpSocket, createSocket } from 'node:dgram';
import { type Server, type Socket, createConnection, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Which client ports reach the media port. */
export interface Firewall {
  udpFrom: (port: number) => boolean;
  tcpFrom: (port: number) => boolean;
}

const NO_FIREWALL: Firewall = { udpFrom: () => true, tcpFrom: () => true };

/**
 * Media on its way to the server, over UDP and TCP on one port, with a way to take one client's network away: `cut`
 * swallows everything of the client ports named, and of every port that first appears while the cut lasts (which is that
 * client looking for another way). `wall` says what a firewall on the way lets through from the start.
 */
export class MediaRelay {
  private readonly flows = new Map<string, UdpFlow>();
  private readonly pipes = new Set<Pipe>();
  private target = 0;
  private dead = new Set<number>();
  private cutting = false;

  private constructor(
    readonly port: number,
    private readonly udp: UdpSocket,
    private readonly tcp: Server,
    wall: Firewall,
  ) {
    udp.on('message', (packet, from) => {
      if (wall.udpFrom(from.port)) this.fromClient(packet, from.address, from.port);
    });
    tcp.on('connection', (client) => {
      if (!wall.tcpFrom(client.remotePort ?? 0)) {
        client.resetAndDestroy();
        return;
      }
      const pipe = new Pipe(client, createConnection(this.target, '127.0.0.1'));
      this.pipes.add(pipe);
      client.on('close', () => this.pipes.delete(pipe));
      if (this.isCut(client.remotePort ?? 0)) pipe.freeze();
    });
  }

  /** Listens on a port that is free for both; `forwardTo` says where packets go. */
  static async start(wall: Firewall = NO_FIREWALL): Promise<MediaRelay> {
    for (;;) {
      const tcp = createServer();
      await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
      const { port } = tcp.address() as AddressInfo;
      const udp = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
      const bound = await new Promise<boolean>((resolve) => {
        udp.once('error', () => resolve(false));
        udp.bind(port, '127.0.0.1', () => resolve(true));
      });
      if (bound) return new MediaRelay(port, udp, tcp, wall);
      tcp.close();
    }
  }

  forwardTo(port: number): void {
    this.target = port;
  }

  /** Takes the network away from the client with these ports. */
  cut(ports: number[]): void {
    this.dead = new Set(ports);
    this.cutting = true;
    for (const pipe of this.pipes) if (this.isCut(pipe.clientPort)) pipe.freeze();
  }

  /** Gives it back. What was sent meanwhile is lost, as it would be. */
  heal(): void {
    this.cutting = false;
    this.dead.clear();
    for (const flow of this.flows.values()) flow.appearedInCut = false;
    for (const pipe of this.pipes) if (pipe.frozen) pipe.destroy();
  }

  close(): void {
    this.udp.close();
    this.tcp.close();
    for (const flow of this.flows.values()) flow.socket.close();
    for (const pipe of this.pipes) pipe.destroy();
  }

  private isCut(port: number): boolean {
    return this.cutting && this.dead.has(port);
  }

  private fromClient(packet: Buffer, address: string, port: number): void {
    const key = `${address}:${port}`;
    let flow = this.flows.get(key);
    if (!flow) {
      const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
      const made: UdpFlow = { socket, appearedInCut: this.cutting };
      socket.on('message', (reply) => {
        if (!this.isCut(port) && !made.appearedInCut) this.udp.send(reply, port, address);
      });
      flow = made;
      this.flows.set(key, flow);
    }
    if (!this.isCut(port) && !flow.appearedInCut) flow.socket.send(packet, this.target, '127.0.0.1');
  }
}

interface UdpFlow {
  socket: UdpSocket;
  appearedInCut: boolean;
}

/** One participant's way to pages, API and signaling, which can be lost in two manners. */
export class HttpRelay {
  private readonly pipes = new Set<Pipe>();
  private state: 'open' | 'refusing' | 'silent' = 'open';

  private constructor(
    readonly port: number,
    private readonly server: Server,
    target: number,
  ) {
    server.on('connection', (client) => {
      if (this.state === 'refusing') {
        client.resetAndDestroy();
        return;
      }
      const pipe = new Pipe(client, createConnection(target, '127.0.0.1'));
      this.pipes.add(pipe);
      client.on('close', () => this.pipes.delete(pipe));
      if (this.state === 'silent') pipe.freeze();
    });
  }

  static async start(target: number): Promise<HttpRelay> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HttpRelay((server.address() as AddressInfo).port, server, target);
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Connections break at once, and new ones are refused. */
  refuse(): void {
    this.state = 'refusing';
    for (const pipe of this.pipes) pipe.destroy();
  }

  /** Nothing arrives any more, and nothing says so: what a lost network looks like. */
  silence(): void {
    this.state = 'silent';
    for (const pipe of this.pipes) pipe.freeze();
  }

  heal(): void {
    this.state = 'open';
    for (const pipe of this.pipes) if (pipe.frozen) pipe.destroy();
  }

  close(): void {
    this.server.close();
    for (const pipe of this.pipes) pipe.destroy();
  }
}

/** Two sockets that hand each other what they read. */
class Pipe {
  frozen = false;
  readonly clientPort: number;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
  ) {
    this.clientPort = client.remotePort ?? 0;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      from.pipe(to);
      from.on('error', () => this.destroy());
      from.on('close', () => this.frozen || this.destroy());
    }
  }

  freeze(): void {
    this.frozen = true;
    for (const socket of [this.client, this.server]) {
      socket.unpipe();
      socket.pause();
    }
  }

  destroy(): void {
    this.client.destroy();
    this.server.destroy();
  }
}
