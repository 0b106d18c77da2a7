import { preferredCodecs } from './codec-order';
import type { Transforms } from './e2ee/encryption';
import { ENCRYPTED_CODECS } from './e2ee/frames';
import { Emitter } from './emitter';
import { type Path, pathOf, type StatsEntry } from './path';
import type { Kind, MediaParameters, Source, Welcome } from './protocol';
import { roamingPeerConnection } from './roaming';

/** What a slot plays. The tracks stay the same while the server maps other people into the slot. */
export interface SlotTracks {
  audio: MediaStreamTrack;
  video: MediaStreamTrack;
}

/** What arrived in a slot since the last look. */
export interface Reception {
  slot: number;
  width: number;
  height: number;
  framesPerSecond: number;
  /** Of the packets sent to us, the share that was lost, 0 to 1. */
  loss: number;
  bitsPerSecond: number;
}

export type PeerState = 'new' | 'connecting' | 'connected' | 'interrupted' | 'failed';

interface Events extends Record<string, unknown> {
  state: PeerState;
  /** `ice` when a path was found, `dtls` when keys are agreed. */
  step: 'ice' | 'dtls';
  data: string | ArrayBuffer;
}

type Sender = RTCRtpSender;

/**
 * The one peer connection of a participant, laid out as PROTOCOL.md §5 says: we offer, the server answers;
 * publishing is `replaceTrack`, receiving is slots.
 */
export class Peer extends Emitter<Events> {
  readonly slots: readonly SlotTracks[];
  private readonly connection: RTCPeerConnection;
  private readonly senders: Record<Source, Record<Kind, Sender>>;
  private readonly receivers: { audio: RTCRtpReceiver; video: RTCRtpReceiver }[] = [];
  private readonly channel: RTCDataChannel;
  private state: PeerState = 'new';
  /** An offer the server has not had yet. */
  private unsent: string | null = null;
  /** The receiver that had media last, and when its browser says that was. */
  private latest: { receiver: RTCRtpReceiver | null; at: number } = { receiver: null, at: 0 };
  private readonly before = new Map<
    string,
    { packets: number; lost: number; bytes: number; at: number }
  >();

  constructor(
    media: MediaParameters,
    iceServers: Welcome['ice_servers'],
    create: (configuration: RTCConfiguration) => RTCPeerConnection = roamingPeerConnection,
    transforms: Transforms | null = null,
  ) {
    super();
    const codecs = transforms
      ? ENCRYPTED_CODECS
      : { audio: media.audio_codecs, video: media.video_codecs };
    const connection = create({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', iceServers });
    this.connection = connection;
    const camera = new MediaStream();
    const screen = new MediaStream();
    // The order of these calls is the order of m-lines: PROTOCOL.md §5.
    const microphone = connection.addTransceiver('audio', {
      direction: 'sendonly',
      streams: [camera],
    });
    const cameraVideo = connection.addTransceiver('video', {
      direction: 'sendonly',
      streams: [camera],
      sendEncodings: media.camera.encodings.map((encoding) => ({
        rid: encoding.rid,
        scaleResolutionDownBy: encoding.scale_resolution_down_by,
        maxBitrate: encoding.max_bitrate_bps,
      })),
    });
    const screenVideo = connection.addTransceiver('video', {
      direction: 'sendonly',
      streams: [screen],
      sendEncodings: [
        { maxBitrate: media.screen.max_bitrate_bps, maxFramerate: media.screen.frame_rate },
      ],
    });
    const screenAudio = connection.addTransceiver('audio', {
      direction: 'sendonly',
      streams: [screen],
    });
    this.senders = {
      camera: { audio: microphone.sender, video: cameraVideo.sender },
      screen: { audio: screenAudio.sender, video: screenVideo.sender },
    };
    // What we send needs one codec; slots take all, because others choose for themselves.
    prefer(cameraVideo, 'video', firstKnown(codecs.video));
    prefer(screenVideo, 'video', firstKnown(codecs.video));
    prefer(microphone, 'audio', codecs.audio);
    prefer(screenAudio, 'audio', codecs.audio);
    for (const { audio, video } of Object.values(this.senders)) {
      transforms?.sending(audio, 'audio');
      transforms?.sending(video, 'video');
    }

    const slots: SlotTracks[] = [];
    for (let index = 0; index < media.slots; index += 1) {
      const audio = connection.addTransceiver('audio', { direction: 'recvonly' });
      const video = connection.addTransceiver('video', { direction: 'recvonly' });
      prefer(audio, 'audio', codecs.audio);
      prefer(video, 'video', codecs.video);
      transforms?.receiving(audio.receiver, 'audio', index);
      transforms?.receiving(video.receiver, 'video', index);
      this.receivers.push({ audio: audio.receiver, video: video.receiver });
      slots.push({ audio: audio.receiver.track, video: video.receiver.track });
    }
    this.slots = slots;
    this.channel = connection.createDataChannel('data');
    this.channel.binaryType = 'arraybuffer';
    this.channel.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      this.emit('data', data);

    connection.oniceconnectionstatechange = () => this.follow();
    connection.onconnectionstatechange = () => this.follow();
  }

  get currentState(): PeerState {
    return this.state;
  }

  /**
   * Looks for a way with new sockets, by what the server knows already: those of before give up half a minute after it was lost.
   * The server hears of them by the next restart.
   */
  async refresh(): Promise<void> {
    this.unsent = null;
    this.unsent = await this.offer('restart');
  }

  get isRefreshed(): boolean {
    return this.unsent !== null;
  }

  /** An offer; `restart` asks for new ICE credentials. */
  async offer(kind: 'first' | 'restart' = 'first'): Promise<string> {
    const { unsent } = this;
    this.unsent = null;
    if (kind === 'restart' && unsent !== null) return unsent;
    if (kind === 'restart' && this.connection.signalingState === 'have-local-offer') {
      await this.connection.setLocalDescription({ type: 'rollback' });
    }
    const offer = await this.connection.createOffer({ iceRestart: kind === 'restart' });
    await this.connection.setLocalDescription(offer);
    return offer.sdp ?? '';
  }

  /** True while an offer waits for its answer. */
  get expectsAnswer(): boolean {
    return this.connection.signalingState === 'have-local-offer';
  }

  async accept(answer: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  /** Resolves when media can flow, or after `patience` milliseconds. */
  connected(patience: number): Promise<void> {
    if (this.connection.connectionState === 'connected') return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(done, patience);
      const stop = this.on('step', (step) => {
        if (step === 'dtls') done();
      });
    });
  }

  /** Puts a track on its m-line, or takes it off; nothing is negotiated. */
  async send(source: Source, kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    if (this.connection.signalingState === 'closed') return;
    await this.senders[source][kind].replaceTrack(track);
  }

  /** Encodes so many of a source's layers, from the smallest: nobody can see the others. */
  async encode(source: Source, layers: number): Promise<void> {
    const { video } = this.senders[source];
    const parameters = video.getParameters();
    if (parameters.encodings.length < 2) return;
    parameters.encodings.forEach((encoding, index) => {
      encoding.active = index < layers;
    });
    // Refused while the sender is torn down: there is nothing to save then.
    await video.setParameters(parameters).catch(() => undefined);
  }

  /** Relays application data to the room; false while the channel is not open. */
  sendData(data: string | ArrayBuffer): boolean {
    if (this.channel.readyState !== 'open') return false;
    if (typeof data === 'string') this.channel.send(data);
    else this.channel.send(data);
    return true;
  }

  /** Whether media has come in since the last time of asking. */
  hasHeard(): boolean {
    const before = this.latest.at;
    const ask = (receiver: RTCRtpReceiver) => {
      for (const { timestamp } of receiver.getSynchronizationSources()) {
        if (timestamp > this.latest.at) this.latest = { receiver, at: timestamp };
      }
    };
    // Each answer costs the browser a way to another thread: mostly the one of before is enough.
    if (this.latest.receiver) ask(this.latest.receiver);
    if (this.latest.at === before) {
      for (const { audio, video } of this.receivers) {
        ask(audio);
        ask(video);
      }
    }
    return this.latest.at > before;
  }

  /** What arrived per slot since the last call. */
  async reception(): Promise<Reception[]> {
    const found: Reception[] = [];
    await Promise.all(
      this.receivers.map(async ({ video }, slot) => {
        const report = await video.getStats();
        report.forEach((entry: unknown) => {
          const stats = entry as RTCInboundRtpStreamStats;
          if (stats.type === 'inbound-rtp') found.push(this.difference(slot, stats));
        });
      }),
    );
    return found.sort((a, b) => a.slot - b.slot);
  }

  /** The way media takes; null while there is none. */
  async path(): Promise<Path | null> {
    const entries: StatsEntry[] = [];
    (await this.connection.getStats()).forEach((entry: StatsEntry) => entries.push(entry));
    return pathOf(entries);
  }

  close(): void {
    this.connection.oniceconnectionstatechange = null;
    this.connection.onconnectionstatechange = null;
    this.connection.close();
  }

  private difference(slot: number, stats: RTCInboundRtpStreamStats): Reception {
    const now = {
      packets: stats.packetsReceived ?? 0,
      lost: stats.packetsLost ?? 0,
      bytes: stats.bytesReceived ?? 0,
      at: stats.timestamp,
    };
    const before = this.before.get(stats.id) ?? { ...now, at: now.at - 1 };
    this.before.set(stats.id, now);
    const lost = Math.max(0, now.lost - before.lost);
    const packets = Math.max(0, now.packets - before.packets);
    const seconds = Math.max(0.001, (now.at - before.at) / 1000);
    return {
      slot,
      width: stats.frameWidth ?? 0,
      height: stats.frameHeight ?? 0,
      framesPerSecond: stats.framesPerSecond ?? 0,
      loss: lost + packets > 0 ? lost / (lost + packets) : 0,
      bitsPerSecond: ((now.bytes - before.bytes) * 8) / seconds,
    };
  }

  private follow(): void {
    const { connectionState, iceConnectionState } = this.connection;
    if (iceConnectionState === 'connected' || iceConnectionState === 'completed') {
      this.emit('step', 'ice');
    }
    if (connectionState === 'connected') this.emit('step', 'dtls');
    const state = peerState(connectionState, iceConnectionState);
    if (state === this.state) return;
    this.state = state;
    this.emit('state', state);
  }
}

function peerState(connection: RTCPeerConnectionState, ice: RTCIceConnectionState): PeerState {
  if (connection === 'failed' || ice === 'failed') return 'failed';
  if (connection === 'disconnected' || ice === 'disconnected') return 'interrupted';
  if (connection === 'connected') return 'connected';
  return connection === 'new' ? 'new' : 'connecting';
}

function prefer(transceiver: RTCRtpTransceiver, kind: Kind, wanted: readonly string[]): void {
  // Absent in older Firefox; the offer is then longer, and works.
  if (!('setCodecPreferences' in transceiver)) return;
  const available = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const codecs = preferredCodecs(available, wanted);
  if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
}

/** The first of the server's codecs that this browser sends. */
function firstKnown(wanted: readonly string[]): string[] {
  const sends = RTCRtpSender.getCapabilities('video')?.codecs ?? [];
  const first = wanted.find((name) =>
    sends.some(({ mimeType }) => mimeType.toLowerCase() === `video/${name.toLowerCase()}`),
  );
  return first ? [first] : [...wanted];
}
