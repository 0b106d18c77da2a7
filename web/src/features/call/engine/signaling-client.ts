import { backoffMs } from './backoff';
import { Emitter } from './emitter';
import {
  type ClientMessage,
  PROTOCOL_VERSION,
  parseServerMessage,
  type ServerMessage,
} from './protocol';

/** A room token and where to use it. */
export interface Pass {
  token: string;
  url: string;
}

/** The pass cannot be had. `final` tells whether trying again is pointless. */
export class PassRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly final: boolean,
  ) {
    super(message);
  }
}

/** The server refused a request, or (`socket_lost`) the socket went before its answer came. */
export class RequestRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export type SignalingStatus = 'idle' | 'connecting' | 'open' | 'reconnecting' | 'closed';

/** Why signaling is over for good. `code` is an end reason or a fatal error code of PROTOCOL.md. */
export interface Closing {
  code: string;
  message: string;
}

/** What the client needs of a WebSocket. */
export type Socket = Pick<
  WebSocket,
  'send' | 'close' | 'onopen' | 'onmessage' | 'onclose' | 'onerror'
>;

export interface SignalingOptions {
  /** Gives a room token; called again whenever a fresh one is needed. */
  pass: () => Promise<Pass>;
  client: { name: string; version: string };
  openSocket?: (url: string) => Socket;
  /** Whether anything answers where the socket's URL leads, within `ANSWER_MS`. */
  answers?: (url: string) => Promise<boolean>;
  random?: () => number;
}

interface Events extends Record<string, unknown> {
  status: SignalingStatus;
  message: ServerMessage;
  /** A new socket opened where the old one did not answer: this machine has another address. */
  moved: null;
  closed: Closing;
}

/** Whoever moves to another network learns from this alone that the socket is dead, where media goes on. Product decision. */
const PING_EVERY_MS = 2_000;
/** PROTOCOL.md §1. */
const SILENCE_MS = 30_000;
/** After news of the network a live socket answers within this, or is given up, if no other has opened before. Product decision. */
const PROBE_MS = 2_000;
/** While the network swallows everything the server is asked this often whether it can be reached. Product decision. */
export const ANSWER_MS = 500;
/** PROTOCOL.md §7, close code 4008. */
const RATE_LIMIT_WAIT_MS = 10_000;
/** A connection attempt that hangs longer is started anew. */
const OPEN_TIMEOUT_MS = 10_000;
/** While the network swallows everything: sockets tried between two requests. */
const HASTY_IN_A_ROW = 4;

/**
 * How long a socket may take to open after so many in vain. Its first packet goes out again after 1, 3 and 7 s, on Linux and Apple's
 * systems after each of five seconds: left alone it notices the network about as soon as a new one would. And Chromium holds back
 * new ones by up to 5 s where sixteen failed for each that opened: these numbers reach sixteen after 24 s, forty after 144.
 */
function hastyMs(tries: number): number {
  if (tries <= 8) return 1_000;
  if (tries <= 16) return 2_000;
  return tries <= 40 ? 5_000 : OPEN_TIMEOUT_MS;
}

/** Codes of fatal errors after which a fresh room token may help. */
const FRESH_TOKEN_CODES = new Set(['token_expired', 'token_invalid', 'resume_unknown']);
/** Codes of fatal errors after which the same client may simply come back. */
const COME_BACK_CODES = new Set(['rate_limited', 'internal', 'hello_expected']);

async function somethingAnswers(url: string): Promise<boolean> {
  const health = new URL('/healthz', url.replace(/^ws/u, 'http'));
  try {
    await fetch(health, {
      mode: 'no-cors',
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * One participant's signaling, over as many sockets as it takes: says hello, pairs requests with replies,
 * notices a dead socket, and resumes.
 */
export class SignalingClient extends Emitter<Events> {
  private socket: Socket | null = null;
  private status: SignalingStatus = 'idle';
  private readonly requests = new Map<
    string,
    { resolve: (reply: ServerMessage) => void; reject: (error: Error) => void }
  >();
  private nextId = 1;
  private resume: { token: string; graceMs: number } | null = null;
  /** Once `join` was sent the server keeps us for the grace time; before, only a fresh hello helps. */
  private resumable = false;
  private lastUrl: string | null = null;
  private lostAt: number | null = null;
  private attempt = 0;
  private tokenRefusals = 0;
  private fatal: { code: string; message: string } | null = null;
  private lastHeard = 0;
  private lastPinged = 0;
  /** Opened beside a socket that may be dead. */
  private spare: Socket | null = null;
  /** The last socket was given up because nothing came back, not closed by somebody. */
  private swallowed = false;
  private lookingOut = false;
  /** Sockets tried in haste since the last one that opened. */
  private hastyTries = 0;
  private openTook = 0;
  private pingTimer: ReturnType<typeof setInterval> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private probeTimer: ReturnType<typeof setTimeout> | undefined;
  private openTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly random: () => number;
  private readonly openSocket: (url: string) => Socket;
  private readonly answers: (url: string) => Promise<boolean>;

  constructor(private readonly options: SignalingOptions) {
    super();
    this.random = options.random ?? Math.random;
    this.openSocket = options.openSocket ?? ((url) => new WebSocket(url));
    this.answers = options.answers ?? somethingAnswers;
  }

  get currentStatus(): SignalingStatus {
    return this.status;
  }

  open(): void {
    if (this.status !== 'idle') return;
    this.setStatus('connecting');
    void this.connect();
  }

  /** Ends it from our side, whatever the state. */
  close(): void {
    this.finish({ code: 'left', message: '' }, 'quiet');
  }

  /** Sends without waiting for a reply. False when there is no open socket: the message is then not sent. */
  send(message: ClientMessage): boolean {
    if (this.status !== 'open') return false;
    this.write(message);
    return true;
  }

  /** Sends and waits for the reply. Rejects with RequestRefused. */
  request(message: ClientMessage): Promise<ServerMessage> {
    if (this.status !== 'open') {
      return Promise.reject(new RequestRefused('socket_lost', 'The connection is interrupted.'));
    }
    if (message.type === 'join') this.resumable = true;
    return new Promise((resolve, reject) => {
      const id = String(this.nextId++);
      this.requests.set(id, { resolve, reject });
      this.write(message, id);
    });
  }

  /** Resolves with true as soon as there is an open socket, with false when there will be none. */
  opens(): Promise<boolean> {
    if (this.status === 'open' || this.status === 'closed') {
      return Promise.resolve(this.status === 'open');
    }
    return new Promise((resolve) => {
      const stop = this.on('status', (status) => {
        if (status !== 'open' && status !== 'closed') return;
        stop();
        resolve(status === 'open');
      });
    });
  }

  /** The network changed or came back: do not wait for timers to notice. */
  networkChanged(): void {
    if (this.status === 'reconnecting' && (!this.socket || this.hastyTries > 0)) {
      this.attempt = 0;
      this.hastyTries = 0;
      const hasty = this.socket;
      this.socket = null;
      clearTimeout(this.openTimer);
      hasty?.close();
      this.connectIn(0);
    } else if (this.status === 'open' && this.probeTimer === undefined) {
      this.ping();
      this.probeTimer = setTimeout(() => this.dropSocket(), PROBE_MS);
      this.openSpare();
    }
  }

  /** After a change of address the old socket never hears again and a new one opens at once: whichever is first is kept. */
  private openSpare(): void {
    const resuming = this.resuming();
    if (!resuming) return;
    const spare = this.openSocket(resuming.url);
    this.spare = spare;
    spare.onopen = () => {
      if (this.spare !== spare) return;
      this.spare = null;
      this.emit('moved', null);
      const old = this.socket;
      this.letGo();
      old?.close();
      this.setStatus('reconnecting');
      this.attach(spare, resuming.hello, 'open');
    };
    spare.onclose = () => undefined;
    spare.onerror = () => undefined;
  }

  /** The socket is not in doubt, or not ours any more. */
  private endProbe(): void {
    clearTimeout(this.probeTimer);
    this.probeTimer = undefined;
    const { spare } = this;
    this.spare = null;
    spare?.close();
  }

  private async connect(): Promise<void> {
    this.retryTimer = undefined;
    const graceOver =
      this.lostAt !== null && this.resume && Date.now() - this.lostAt > this.resume.graceMs;
    if (graceOver) this.resume = null;
    try {
      const { url, hello } = await this.findUrl();
      if (this.currentStatus === 'closed') return;
      this.attach(this.openSocket(url), hello);
    } catch (error) {
      if (this.currentStatus === 'closed') return;
      if (error instanceof PassRefused && error.final) {
        this.finish({ code: error.code, message: error.message });
      } else {
        this.retry();
      }
    }
  }

  /** Where and how to come back as who we are; null where there is nobody to come back as. */
  private resuming(): { url: string; hello: ClientMessage } | null {
    if (!this.resume || !this.resumable || !this.lastUrl) return null;
    const { client } = this.options;
    return {
      url: this.lastUrl,
      hello: { type: 'hello', version: PROTOCOL_VERSION, resume: this.resume.token, client },
    };
  }

  private async findUrl(): Promise<{ url: string; hello: ClientMessage }> {
    const { client } = this.options;
    const resuming = this.resuming();
    if (resuming) return resuming;
    const pass = await this.options.pass();
    this.lastUrl = pass.url;
    return {
      url: pass.url,
      hello: { type: 'hello', version: PROTOCOL_VERSION, token: pass.token, client },
    };
  }

  private attach(
    socket: Socket,
    hello: ClientMessage,
    state: 'opening' | 'open' = 'opening',
  ): void {
    this.socket = socket;
    this.fatal = null;
    const ours = () => this.socket === socket;
    const giveUpIn = (ms: number) => {
      clearTimeout(this.openTimer);
      this.openTimer = setTimeout(() => {
        if (ours() && this.status !== 'open') this.dropSocket();
      }, ms);
    };
    giveUpIn(this.hastyTries > 0 ? hastyMs(this.hastyTries) + 2 * this.openTook : OPEN_TIMEOUT_MS);
    const begun = Date.now();
    const greet = () => {
      giveUpIn(OPEN_TIMEOUT_MS);
      this.write(hello, String(this.nextId++));
    };
    socket.onopen = () => {
      if (!ours()) return;
      // What was tried during an outage waited for its end.
      if (this.hastyTries === 0) this.openTook = Date.now() - begun;
      greet();
    };
    socket.onmessage = (event: MessageEvent) => {
      if (!ours()) return;
      const message = parseServerMessage(event.data);
      if (message) this.receive(message);
    };
    socket.onclose = (event: CloseEvent) => {
      if (ours()) this.lost(event.code);
    };
    socket.onerror = () => undefined; // `close` follows and says more.
    if (state === 'open') greet();
  }

  private receive(message: ServerMessage): void {
    this.lastHeard = Date.now();
    this.endProbe();
    switch (message.type) {
      case 'welcome':
        this.resumable = false;
        this.resume = { token: message.resume.token, graceMs: message.resume.grace_ms };
        this.opened(message);
        return;
      case 'resumed':
        this.opened(message);
        return;
      case 'waiting':
        // The answer to a resuming hello of somebody who waits.
        if (this.status !== 'open') this.opened(message);
        else this.deliver(message);
        return;
      case 'ping':
        this.write({ type: 'pong', nonce: message.nonce });
        return;
      case 'pong':
        return;
      case 'error':
        if (message.fatal) this.fatal = { code: message.code, message: message.message };
        this.deliver(message);
        return;
      case 'ended':
        this.deliver(message);
        this.finish({ code: message.reason, message: message.message });
        return;
      default:
        this.deliver(message);
    }
  }

  private opened(message: ServerMessage): void {
    this.attempt = 0;
    this.hastyTries = 0;
    this.tokenRefusals = 0;
    this.lostAt = null;
    clearTimeout(this.openTimer);
    clearInterval(this.pingTimer);
    this.pingTimer = setInterval(() => {
      if (Date.now() - this.lastHeard > SILENCE_MS) this.dropSocket();
      else if (this.lastHeard < this.lastPinged && this.resuming()) this.networkChanged();
      else this.ping();
    }, PING_EVERY_MS);
    this.setStatus('open');
    this.deliver(message);
  }

  private deliver(message: ServerMessage): void {
    const re = 're' in message ? message.re : undefined;
    const request = re === undefined ? undefined : this.requests.get(re);
    if (re !== undefined && request) {
      this.requests.delete(re);
      if (message.type === 'error') {
        request.reject(new RequestRefused(message.code, message.message));
      } else {
        request.resolve(message);
      }
    }
    this.emit('message', message);
  }

  private ping(): void {
    this.lastPinged = Date.now();
    this.write({ type: 'ping', nonce: this.nextId++ });
  }

  private write(message: ClientMessage, id?: string): void {
    try {
      this.socket?.send(JSON.stringify(id === undefined ? message : { ...message, id }));
    } catch {
      // A socket that is closing refuses to send; its close event brings us back.
    }
  }

  /** Gives up a socket that does not answer, without waiting for its close handshake. */
  private dropSocket(): void {
    const socket = this.socket;
    if (!socket) return;
    this.swallowed = true;
    this.lost(4000);
    socket.close();
  }

  /** Nothing of the socket counts any more; what waits for an answer is refused. */
  private letGo(code = 'socket_lost', message = 'The connection was interrupted.'): void {
    this.socket = null;
    clearInterval(this.pingTimer);
    clearTimeout(this.openTimer);
    this.endProbe();
    for (const { reject } of this.requests.values()) reject(new RequestRefused(code, message));
    this.requests.clear();
    this.lostAt ??= Date.now();
  }

  private lost(closeCode: number): void {
    this.letGo();
    const fatal = this.fatal;
    if (closeCode === 1000) {
      this.finish({ code: 'left', message: '' });
    } else if (closeCode === 4002) {
      this.finish({ code: 'replaced', message: 'You joined from another tab or device.' });
    } else if (fatal && FRESH_TOKEN_CODES.has(fatal.code) && this.tokenRefusals < 2) {
      if (fatal.code !== 'resume_unknown') this.tokenRefusals += 1;
      this.resume = null;
      this.setStatus('reconnecting');
      this.connectIn(0);
    } else if (fatal && !COME_BACK_CODES.has(fatal.code)) {
      this.finish(fatal);
    } else if (closeCode === 4008 || fatal?.code === 'rate_limited') {
      this.setStatus('reconnecting');
      this.connectIn(RATE_LIMIT_WAIT_MS);
    } else if ((closeCode === 1001 || closeCode === 4009) && this.attempt === 0) {
      this.attempt = 1;
      this.setStatus('reconnecting');
      this.connectIn(0);
    } else if (this.swallowed && this.lastUrl) {
      this.swallowed = false;
      if (this.status !== 'connecting') this.setStatus('reconnecting');
      void this.lookOut(this.lastUrl);
    } else {
      this.retry();
    }
  }

  /**
   * Comes back as soon as the network does. Requests tell where nothing else does, but in Chromium they all ride on one connection
   * attempt, which repeats its first packet ever more slowly; a socket makes a new one, but browsers slow down those that failed
   * often. So they take turns.
   */
  private async lookOut(url: string): Promise<void> {
    if (this.lookingOut) return;
    this.lookingOut = true;
    const answered = this.hastyTries % HASTY_IN_A_ROW === 0 && (await this.answers(url));
    this.lookingOut = false;
    if (!this.lacksSocket()) return;
    this.hastyTries = answered ? 0 : this.hastyTries + 1;
    this.connectIn(0);
  }

  private lacksSocket(): boolean {
    return this.socket === null && this.status !== 'closed';
  }

  private retry(): void {
    if (this.status !== 'connecting' || this.attempt > 0) this.setStatus('reconnecting');
    this.connectIn(backoffMs(this.attempt++, this.random));
  }

  private connectIn(ms: number): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.connect(), ms);
  }

  private finish(closing: Closing, notice: 'tell' | 'quiet' = 'tell'): void {
    if (this.status === 'closed') return;
    clearTimeout(this.retryTimer);
    const socket = this.socket;
    this.letGo(closing.code, closing.message);
    this.setStatus('closed');
    socket?.close(1000);
    if (notice === 'tell') this.emit('closed', closing);
  }

  private setStatus(status: SignalingStatus): void {
    if (this.status === status) return;
    this.status = status;
    this.emit('status', status);
  }
}
