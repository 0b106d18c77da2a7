import type { ClientMessage, ServerMessage, Snapshot, Welcome } from './protocol';
import { ANSWER_MS, type Socket } from './signaling-client';

type Frame = ClientMessage & { id?: string };

/** One scripted socket of a server that speaks PROTOCOL.md. */
export class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  readonly frames: Frame[] = [];
  closed: number | undefined;
  /** Whether it answers pings by itself. */
  lives = false;

  constructor(readonly url: string) {}

  send(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.frames.push(frame);
    if (frame.type === 'ping' && this.lives) this.say({ type: 'pong', nonce: frame.nonce });
  }

  close(code = 1005): void {
    this.closed = code;
  }

  /** The handshake is done: the client says hello. */
  open(): Frame {
    this.onopen?.call(this as unknown as WebSocket, new Event('open'));
    return this.last('hello');
  }

  say(message: ServerMessage): void {
    const event = new MessageEvent('message', { data: JSON.stringify(message) });
    this.onmessage?.call(this as unknown as WebSocket, event);
  }

  lose(code = 1006): void {
    const event = Object.assign(new Event('close'), { code }) as CloseEvent;
    this.onclose?.call(this as unknown as WebSocket, event);
  }

  last<Type extends ClientMessage['type']>(type: Type): Frame & { type: Type } {
    const found = this.frames.findLast((frame) => frame.type === type);
    if (!found) throw new Error(`no ${type} among ${this.frames.map((f) => f.type).join(', ')}`);
    return found as Frame & { type: Type };
  }

  count(type: ClientMessage['type']): number {
    return this.frames.filter((frame) => frame.type === type).length;
  }
}

/** Remembers the sockets a client opened. */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly openSocket = (url: string): FakeSocket => {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    return socket;
  };
  looks = 0;
  private swallows = false;
  /** As the client asks whether anything answers: in time, or not. */
  readonly answers = (): Promise<boolean> => {
    this.looks += 1;
    if (!this.swallows) return Promise.resolve(true);
    return new Promise((resolve) => setTimeout(() => resolve(false), ANSWER_MS));
  };

  /** From now on the network lets nothing through. */
  swallow(): void {
    this.swallows = true;
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }
}

export const room = {
  room: 'r',
  title: 'Rust mentoring',
  state: 'open',
  locked: false,
  waiting_room: true,
  capacity: 25,
  present: 1,
};

export function welcome(re: string | undefined, slots = 2): Welcome {
  return {
    type: 'welcome',
    ...(re ? { re } : {}),
    version: 1,
    you: { participant: 'ada', name: 'Ada', role: 'host', grants: ['publish', 'subscribe'] },
    room,
    media: {
      audio_codecs: ['red', 'opus'],
      video_codecs: ['VP8'],
      camera: {
        width: 1280,
        height: 720,
        frame_rate: 30,
        encodings: [
          { rid: 'q', scale_resolution_down_by: 4, max_bitrate_bps: 150_000 },
          { rid: 'h', scale_resolution_down_by: 2, max_bitrate_bps: 400_000 },
          { rid: 'f', scale_resolution_down_by: 1, max_bitrate_bps: 1_700_000 },
        ],
      },
      screen: { max_bitrate_bps: 2_500_000, frame_rate: 30 },
      slots,
    },
    ice_servers: [],
    resume: { token: 'come back', grace_ms: 60_000 },
    server_time_ms: Date.now(),
  };
}

export function person(id: string, joined_at_ms = 0) {
  return {
    participant: id,
    name: id[0]?.toUpperCase() + id.slice(1),
    role: 'member' as const,
    connection: 'connected' as const,
    hand_raised: false,
    joined_at_ms,
    sources: { camera: { audio: 'on', video: 'on' } } as const,
  };
}

export function snapshot(ids: string[] = ['ada', 'bo']): Snapshot {
  return {
    you: 'ada',
    room,
    participants: ids.map((id, index) => person(id, index)),
    slots: [
      { slot: 0, participant: null },
      { slot: 1, participant: 'bo', source: 'camera', audio: true, video: true },
    ],
    waiting_people: [],
    chat: [],
  };
}
