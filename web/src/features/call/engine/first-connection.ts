import type { Peer } from './peer';
import { RequestRefused } from './signaling-client';

/**
 * The peer connection of a join. Its offer is ready before the click; where there is time it is answered and connected
 * before the click too, and joining takes one message each way (PROTOCOL.md §3 `prepare`).
 */
export class FirstConnection {
  readonly offer: Promise<string>;
  private ahead: Promise<'prepared' | 'refused'> = Promise.resolve('refused');

  constructor(private readonly peer: Peer) {
    this.offer = peer.offer();
    // A failure shows when the offer is used.
    this.offer.catch(() => undefined);
  }

  /** Has the server answer now. `ask` gives the answer, or rejects with RequestRefused. */
  connectAhead(ask: (offer: string) => Promise<string>): void {
    this.ahead = this.connect(ask);
    this.ahead.catch(() => undefined);
  }

  /** The offer that `join` has to carry; null when the server has answered it. */
  async offerOfJoin(): Promise<string | null> {
    return (await this.ahead) === 'prepared' ? null : this.offer;
  }

  private async connect(ask: (offer: string) => Promise<string>): Promise<'prepared' | 'refused'> {
    const offer = await this.offer;
    let answer: string;
    try {
      answer = await ask(offer);
    } catch (error) {
      // An older server, or one that has enough of this: the offer goes with the join.
      if (error instanceof RequestRefused) return 'refused';
      throw error;
    }
    await this.peer.accept(answer);
    return 'prepared';
  }
}
