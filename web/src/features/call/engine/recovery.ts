import type { PeerState } from './peer';
import { RequestRefused } from './signaling-client';

interface Hands {
  /** Asks the server for new paths (`restart`) or replaces the whole peer connection (`new`). */
  restart: (kind: 'restart' | 'new') => Promise<void>;
  /** Has new sockets look for a way, while the server cannot be asked. */
  refresh: () => Promise<void>;
  /** Whether the server has yet to hear of such sockets. */
  isRefreshed: () => boolean;
  state: () => PeerState;
  /** Whether no media comes, whatever the state says. */
  isSilent: () => boolean;
}

/** A short disturbance heals by itself: ICE keeps checking. Product decision. */
const PATIENCE_MS = 1_500;
/** A restart that has not connected by now did not work. */
const TRY_MS = 6_000;
/** Nor does one more help at once after one that failed. */
const AGAIN_MS = 1_000;
/** While there is no signaling: sockets that were never answered give up after fifteen seconds (libwebrtc). */
const REFRESH_MS = 8_000;
/** This many restarts before a new peer connection. */
const RESTARTS = 2;

/**
 * Brings media back: waits a moment, restarts ICE, and at last replaces the peer connection. It needs
 * signaling, and waits for it.
 */
export class Recovery {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  private running = false;
  private active = false;
  private open = true;

  constructor(private readonly hands: Hands) {}

  /** Media is expected from now on. */
  begin(): void {
    if (this.active) return;
    this.active = true;
    this.open = true;
    // Connected ahead, and lost since.
    if (this.isBroken()) this.tryIn(PATIENCE_MS);
  }

  close(): void {
    this.active = false;
    clearTimeout(this.timer);
  }

  peerChanged(state: PeerState): void {
    if (!this.active) return;
    clearTimeout(this.timer);
    if (state === 'connected') this.tries = 0;
    else if (state === 'failed') this.tryIn(this.tries === 0 ? 0 : AGAIN_MS);
    else if (state === 'interrupted') this.tryIn(PATIENCE_MS);
  }

  signalingOpen(open: boolean): void {
    const before = this.open;
    this.open = open;
    if (!this.active || !open || before) return;
    if (this.isBroken() || this.hands.isRefreshed()) this.tryIn(0);
    // An offer may have been lost with the socket.
    else if (this.hands.state() !== 'connected') this.tryIn(TRY_MS);
  }

  /** This machine has another address. New paths are looked for while signaling comes back by it. */
  moved(): void {
    if (this.hands.isSilent()) void this.attempt();
  }

  /** The network is back: if media is not, try now rather than when the timers say. */
  networkChanged(): void {
    if (this.active && this.open && this.isBroken()) this.tryIn(0);
  }

  /** Restarting is of no use. */
  async startOver(): Promise<void> {
    if (!this.active) return;
    await this.attempt('new');
  }

  /** Where no media comes the browser may only not know yet. */
  private isBroken(): boolean {
    const state = this.hands.state();
    return state === 'interrupted' || state === 'failed' || this.hands.isSilent();
  }

  private next(): 'restart' | 'new' {
    // Only silent: what was tried before is of another interruption.
    if (this.hands.state() === 'connected') this.tries = 0;
    return this.tries < RESTARTS ? 'restart' : 'new';
  }

  private tryIn(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.attempt(), ms);
  }

  private refreshLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), REFRESH_MS);
  }

  private async refresh(): Promise<void> {
    if (!this.active || this.open || this.running || !this.isBroken()) return;
    this.running = true;
    await this.hands.refresh().catch(() => undefined);
    this.running = false;
    // Signaling that came back meanwhile had to wait for this.
    if (this.open) this.tryIn(0);
    else this.refreshLater();
  }

  private async attempt(kind = this.next()): Promise<void> {
    if (!this.active || this.running) return;
    if (!this.open) return this.refreshLater();
    this.running = true;
    // After a new peer connection that does not connect either, begin with restarts again.
    this.tries = kind === 'new' ? 0 : this.tries + 1;
    let refused = false;
    try {
      await this.hands.restart(kind);
    } catch (error) {
      // The socket went: `signalingOpen` tries again. Refused: the server has forgotten the connection.
      refused = error instanceof RequestRefused && error.code === 'offer_invalid';
    } finally {
      this.running = false;
    }
    if (refused && kind === 'restart') {
      return this.attempt('new');
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.hands.state() !== 'connected') void this.attempt();
    }, TRY_MS);
  }
}
