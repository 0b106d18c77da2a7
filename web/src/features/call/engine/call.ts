import { AudioOutput } from './audio-output';
import { type Bandwidth, testBandwidth } from './bandwidth-test';
import {
  type CallState,
  firstState,
  receive,
  remapped,
  slotOf,
  withDecryption,
} from './call-state';
import { Encryption, type EncryptionMode } from './e2ee/encryption';
import { Emitter } from './emitter';
import { FirstConnection } from './first-connection';
import { LocalMedia } from './local-media';
import { type Moment, momentsOf } from './moments';
import type { Path } from './path';
import { Peer, type PeerState, type Reception, type SlotTracks } from './peer';
import type {
  Moderation,
  ParticipantId,
  Person,
  ServerMessage,
  Source,
  Want,
  Welcome,
} from './protocol';
import { Recovery } from './recovery';
import {
  type Closing,
  RequestRefused,
  SignalingClient,
  type SignalingOptions,
} from './signaling-client';
import { Silence } from './silence';
import { Timings } from './timings';
import { Wants } from './wants';

/** How long `ready` waits for the connection. A longer wait would only delay video. */
const CONNECT_PATIENCE_MS = 250;

interface Events extends Record<string, unknown> {
  state: CallState;
  moment: Moment;
  /** Application data from the room. */
  data: string | ArrayBuffer;
}

export interface CallOptions extends SignalingOptions {
  createPeerConnection?: (configuration: RTCConfiguration) => RTCPeerConnection;
  /** In transit only, when absent. */
  encryption?: EncryptionMode;
  /** Replaced where sound does not play through media elements. */
  local?: LocalMedia;
}

/**
 * One person's call, from the pre-join page to its end. It holds sockets, connections and tracks; what a
 * page shows is `state`, plain data, with the event `state` at each change.
 */
export class Call extends Emitter<Events> {
  readonly local: LocalMedia;
  readonly timings = new Timings();
  state: CallState;

  private readonly signaling: SignalingClient;
  private readonly output = new AudioOutput();
  private readonly wants: Wants;
  private readonly recovery: Recovery;
  private readonly encryption: Encryption | null;
  /** Media that stops is the first sign of a network that is gone. */
  private readonly silence = new Silence(
    () => this.peer?.hasHeard() ?? false,
    () => this.signaling.networkChanged(),
  );
  private peer: Peer | null = null;
  private first: FirstConnection | null = null;
  /** Before, the server gets neither sound nor picture, although it may be connected. */
  private publishing = false;
  private iceServers: Welcome['ice_servers'] = [];
  /** The slots whose sound is played. */
  private readonly heard = new Set<number>();
  private name: string | undefined;
  private toldSources = '';
  /** What arrived while an answer is being set. */
  private held: ServerMessage[] | null = null;
  private readonly unsubscribe: (() => void)[] = [];

  constructor(private readonly options: CallOptions) {
    super();
    this.local = options.local ?? new LocalMedia();
    const mode = options.encryption ?? { kind: 'in-transit' };
    this.encryption = mode.kind === 'end-to-end' ? new Encryption(mode.key) : null;
    const keyless = mode.kind === 'end-to-end' && mode.key === null;
    this.state = firstState(this.local.state, keyless ? 'no-key' : mode.kind);
    this.signaling = new SignalingClient(options);
    this.wants = new Wants((wants: Want[]) =>
      this.state.phase === 'joined'
        ? // What cannot be shown need not be sent.
          this.signaling.send({ type: 'subscribe', wants: this.hasKey ? wants : [] })
        : false,
    );
    this.recovery = new Recovery({
      restart: (kind) => this.renegotiate(kind),
      refresh: async () => this.peer?.refresh(),
      isRefreshed: () => this.peer?.isRefreshed ?? false,
      state: () => this.peer?.currentState ?? 'new',
      isSilent: () => this.silence.isSilent,
    });
    this.unsubscribe.push(
      this.signaling.on('status', (signaling) => {
        this.set({ ...this.state, signaling });
        this.recovery.signalingOpen(signaling === 'open' && this.state.phase === 'joined');
      }),
      this.signaling.on('message', (message) => this.hold(message)),
      this.signaling.on('moved', () => this.recovery.moved()),
      this.signaling.on('closed', (closing) => this.finish(closing)),
      this.local.on('state', (local) => {
        this.set({ ...this.state, local });
        this.tellSources();
      }),
      this.local.on('track', ({ source, kind, track }) => {
        if (this.hasKey && this.publishing) {
          void this.peer?.send(source, kind, track).catch(() => undefined);
        }
      }),
      this.local.on('failed', ({ device }) => this.emit('moment', { kind: 'device-lost', device })),
      this.output.on('blocked', (soundBlocked) => this.set({ ...this.state, soundBlocked })),
    );
    this.encryption?.on('told', (told) => this.set(withDecryption(this.state, told)));
    window.addEventListener('online', this.networkChanged);
    document.addEventListener('visibilitychange', this.probe);
    navigatorConnection()?.addEventListener('change', this.probe);
  }

  /** Opens signaling and connects, so that joining later takes one message each way. */
  open(): void {
    if (!this.encryption) {
      this.signaling.open();
      return;
    }
    // A peer connection comes after `welcome`: by then its transforms are taken before its first frame.
    this.encryption.ready.then(
      () => {
        if (this.state.phase !== 'ended') this.signaling.open();
      },
      () => this.finish({ code: 'encryption_failed', message: '' }),
    );
  }

  /** Asks for the devices that are wanted. */
  async openDevices(): Promise<void> {
    await this.local.start();
    this.timings.mark('get-user-media');
  }

  /** Joins, or asks to be let in. `name` is for guests whose pass carries none. */
  async join(name?: string): Promise<void> {
    if (this.state.phase !== 'previewing') return;
    this.name = name;
    this.timings.restart();
    this.timings.mark('click');
    this.local.wakeAudio();
    if (this.state.signaling === 'idle') this.open();
    // Asked first and drawn then: the server works while the page draws. Not yet open, `welcome` is on its way and joins.
    const asked = this.state.signaling === 'open' ? this.askToJoin() : null;
    this.set({ ...this.state, phase: 'joining', refusal: null });
    await asked;
  }

  /** Leaves for good. */
  leave(): void {
    this.signaling.send({ type: 'leave' });
    this.finish({ code: 'left', message: '' });
  }

  async setMicrophone(wanted: 'on' | 'off'): Promise<void> {
    await this.local.setMicrophone(wanted);
  }

  async setCamera(wanted: 'on' | 'off'): Promise<void> {
    await this.local.setCamera(wanted);
  }

  async shareScreen(): Promise<void> {
    await this.local.startScreen(this.state.parameters?.screen.frame_rate ?? 30);
  }

  selectSpeaker(id: string): void {
    void this.local.selectDevice('speaker', id);
    this.output.setSpeaker(id);
  }

  /** Rejects with RequestRefused when it did not arrive. */
  async chat(text: string): Promise<void> {
    await this.signaling.request({ type: 'chat', text });
  }

  async raiseHand(hand: 'up' | 'down'): Promise<void> {
    await this.signaling.request({ type: 'hand', raised: hand === 'up' });
  }

  async moderate(moderation: Moderation): Promise<void> {
    await this.signaling.request({ type: 'moderate', ...moderation });
  }

  /** A tile's size in device pixels; the server sends a fitting picture. */
  want(want: Want): void {
    this.wants.set(want);
  }

  unwant(participant: ParticipantId, source: Source): void {
    this.wants.delete(participant, source);
  }

  /** The tracks that carry somebody's source now. They stay valid when other tracks are asked for. */
  tracksOf(participant: ParticipantId, source: Source): SlotTracks | null {
    const slot = slotOf(this.state.slots, participant, source);
    return slot === null ? null : (this.peer?.slots[slot] ?? null);
  }

  /** Tell when a remote picture was shown: the last step of a join. */
  firstFrameShown(): void {
    if (this.state.phase === 'joined') this.timings.mark('first-frame');
  }

  /** The way media takes to the server; null while there is none. */
  async path(): Promise<Path | null> {
    return (await this.peer?.path()) ?? null;
  }

  /** Measures what the network carries; for the time before the call. */
  testBandwidth(signal: AbortSignal): Promise<Bandwidth> {
    return testBandwidth({ pass: this.options.pass, signal });
  }

  async reception(): Promise<Reception[]> {
    return (await this.peer?.reception()) ?? [];
  }

  sendData(data: string | ArrayBuffer): boolean {
    return this.peer?.sendData(data) ?? false;
  }

  /** Call from a click, when the browser blocked sound. */
  unblockSound(): void {
    this.output.unblock();
  }

  /** Lets go of everything. */
  close(): void {
    if (this.state.phase !== 'ended') this.leave();
    for (const end of this.unsubscribe) end();
    this.local.close();
  }

  /**
   * `joined` first sets its answer and says `ready`, and only then becomes state: drawing the call page takes
   * the main thread longer than all the rest of joining. What follows keeps its order.
   */
  private hold(message: ServerMessage): void {
    if (this.held) {
      this.held.push(message);
      return;
    }
    if (message.type !== 'joined') {
      void this.receive(message);
      return;
    }
    this.timings.mark('joined');
    this.publish();
    if (message.answer === undefined) {
      void this.receive(message);
      return;
    }
    this.held = [];
    void this.accept(message.answer).then((accepted) => {
      void this.receive(message);
      if (accepted === 'broken') void this.recovery.startOver();
      const { held } = this;
      this.held = null;
      for (const later of held ?? []) this.hold(later);
    });
  }

  private async receive(message: ServerMessage): Promise<void> {
    if (this.state.phase === 'ended') return;
    const before = this.state;
    for (const moment of momentsOf(message, this.state)) this.emit('moment', moment);
    this.set(receive(this.state, message, Date.now()));
    for (const slot of remapped(before.slots, this.state.slots)) this.encryption?.forget(slot);
    this.hear();
    switch (message.type) {
      case 'welcome':
        this.local.setCameraFormat(message.media.camera);
        this.iceServers = message.ice_servers;
        // A new hello means a new participant on the server: it needs a new peer connection.
        this.publishing = false;
        if (this.state.phase === 'joining') {
          this.prepare('at-join');
          void this.askToJoin();
        } else {
          this.prepare('ahead');
        }
        return;
      case 'joined':
        this.recovery.begin();
        this.silence.start();
        this.catchUp();
        return;
      case 'resumed':
        this.recovery.begin();
        this.recovery.signalingOpen(true);
        this.catchUp();
        if (message.answer !== undefined && this.peer?.expectsAnswer) {
          await this.acceptOrStartOver(message.answer);
        }
        return;
      case 'muted':
        if (message.source === 'camera') {
          await (message.kind === 'audio'
            ? this.local.setMicrophone('off')
            : this.local.setCamera('off'));
        } else {
          this.local.stopScreen();
        }
        return;
      case 'layers':
        await this.peer?.encode(message.source, message.layers);
        return;
      case 'participant_left':
        if (before.participants.some(({ participant }) => participant === message.participant)) {
          this.wants.delete(message.participant, 'camera');
          this.wants.delete(message.participant, 'screen');
        }
        return;
      default:
    }
  }

  /** A peer connection with its offer, answered now or with the join. */
  private prepare(answered: 'ahead' | 'at-join'): void {
    const { parameters } = this.state;
    if (!parameters) return;
    this.dropPeer();
    const peer = new Peer(
      parameters,
      this.iceServers,
      this.options.createPeerConnection,
      this.encryption,
    );
    this.usePeer(peer);
    this.timings.prepare();
    const first = new FirstConnection(peer);
    this.first = first;
    first.offer.then(
      () => this.timings.mark('offer'),
      () => undefined,
    );
    if (answered === 'ahead') {
      first.connectAhead((offer) => this.askAhead(offer));
      void first.offerOfJoin().then(
        (offer) => {
          if (offer !== null || this.peer !== peer) return;
          this.timings.mark('answer-set');
          this.whenConnected(peer);
        },
        () => undefined,
      );
    }
  }

  private async askAhead(offer: string): Promise<string> {
    const reply = await this.signaling.request({ type: 'prepare', offer });
    if (reply.type !== 'prepared') throw new RequestRefused('unknown_message', '');
    return reply.answer;
  }

  /** Sends what the person wants others to see and hear, from now on. */
  private publish(): void {
    this.publishing = true;
    if (this.peer) this.sendTracks(this.peer);
  }

  private sendTracks(peer: Peer): void {
    if (!this.hasKey || !this.publishing) return;
    for (const source of ['camera', 'screen'] as const) {
      for (const kind of ['audio', 'video'] as const) {
        const track = this.local.track(source, kind);
        if (track) void peer.send(source, kind, track).catch(() => undefined);
      }
    }
  }

  private usePeer(peer: Peer): void {
    this.peer = peer;
    peer.on('state', (media) => {
      if (this.peer !== peer) return;
      this.set({ ...this.state, media });
      this.recovery.peerChanged(media);
      // The network that media misses may be gone for the socket too, which would notice much later.
      if (media === 'interrupted' || media === 'failed') this.signaling.networkChanged();
      // And one that is back is back for the socket too.
      else if (media === 'connected' && this.state.signaling === 'reconnecting') {
        this.signaling.networkChanged();
      }
      const { phase } = this.state;
      if (media === 'failed' && (phase === 'previewing' || phase === 'waiting')) {
        this.prepare('ahead');
      }
    });
    peer.on('step', (step) => this.timings.mark(step));
    peer.on('data', (data) => this.emit('data', data));
    this.sendTracks(peer);
  }

  private dropPeer(): void {
    this.peer?.close();
    this.peer = null;
    this.first = null;
    this.heard.clear();
    this.output.close();
    this.set({ ...this.state, media: 'new' });
  }

  private async askToJoin(): Promise<void> {
    let offer: string | null | undefined;
    try {
      if (!this.first) this.prepare('at-join');
      offer = await this.first?.offerOfJoin();
      if (offer === undefined) return;
      await this.signaling.request({
        type: 'join',
        ...(this.name ? { name: this.name } : {}),
        ...(offer === null ? {} : { offer }),
        sources: this.sources(),
      });
    } catch (error) {
      if (this.state.phase === 'ended') return;
      // The connection made ahead is gone.
      if (offer === null && error instanceof RequestRefused && error.code === 'offer_invalid') {
        this.prepare('at-join');
        return this.askToJoin();
      }
      // A lost socket comes back with `welcome` or `resumed`, and the join goes on from there.
      if (error instanceof RequestRefused && error.code === 'socket_lost') return;
      const refusal =
        error instanceof RequestRefused
          ? { code: error.code, message: error.message }
          : { code: 'offer_failed', message: 'Your browser could not start the call.' };
      this.set({ ...this.state, phase: 'previewing', refusal });
    }
  }

  private async accept(answer: string): Promise<'accepted' | 'broken'> {
    try {
      await this.peer?.accept(answer);
    } catch {
      return 'broken';
    }
    this.timings.mark('answer-set');
    if (this.peer) this.whenConnected(this.peer);
    this.hear();
    return 'accepted';
  }

  /**
   * Says `ready`. Firefox makes its decoders anew some tasks after the answer was set, and loses what video came before: once
   * it tells of the connection that is behind us.
   */
  private whenConnected(peer: Peer): void {
    void peer.connected(CONNECT_PATIENCE_MS).then(() => this.signaling.send({ type: 'ready' }));
  }

  private async acceptOrStartOver(answer: string): Promise<void> {
    if ((await this.accept(answer)) === 'broken') await this.recovery.startOver();
  }

  /**
   * Plays the slots that somebody is in, and keeps them. Not before the call: without a click of the person browsers refuse
   * sound. Not all at once: making a player takes a browser milliseconds.
   */
  private hear(): void {
    if (!this.peer || this.state.phase !== 'joined') return;
    for (const { slot, participant } of this.state.slots) {
      const tracks = this.peer.slots[slot];
      if (!participant || !tracks || this.heard.has(slot)) continue;
      this.heard.add(slot);
      this.output.play(tracks.audio, this.state.local.speaker);
    }
  }

  /** An ICE restart, or a new peer connection when that did not help. */
  private async renegotiate(kind: 'restart' | 'new'): Promise<void> {
    if (this.state.phase !== 'joined') return;
    if (kind === 'new') this.prepare('at-join');
    const { peer } = this;
    const offer = await (kind === 'new' ? this.first?.offer : peer?.offer('restart'));
    if (!offer || !(await this.signaling.opens()) || this.peer !== peer) return;
    const reply = await this.signaling.request({
      type: 'offer',
      offer,
      ...(kind === 'new' ? { peer_connection: 'new' as const } : {}),
    });
    if (reply.type === 'answer') await this.acceptOrStartOver(reply.answer);
  }

  /** Without the key of an encrypted call nothing is published, since nobody could be sent it. */
  private get hasKey(): boolean {
    return this.state.encryption !== 'no-key';
  }

  private sources() {
    if (!this.hasKey) return {};
    const camera = this.local.sourceState('camera');
    const screen = this.local.sourceState('screen');
    const published = (state: { audio: string; video: string }) =>
      state.audio !== 'off' || state.video !== 'off';
    return {
      ...(published(camera) ? { camera } : {}),
      ...(published(screen) ? { screen } : {}),
    };
  }

  /** Tells the server what we publish, if it does not know yet. */
  private tellSources(): void {
    if (this.state.phase !== 'joined') return;
    const sources = this.sources();
    const told = JSON.stringify(sources);
    if (told === this.toldSources) return;
    const before = this.toldSources === '' ? {} : (JSON.parse(this.toldSources) as typeof sources);
    let sent = true;
    for (const source of ['camera', 'screen'] as const) {
      const state = sources[source];
      if (JSON.stringify(state) === JSON.stringify(before[source])) continue;
      const message = state
        ? ({ type: 'publish', source, ...state } as const)
        : ({ type: 'unpublish', source } as const);
      sent = this.signaling.send(message) && sent;
    }
    if (sent) this.toldSources = told;
  }

  /** After `joined` and `resumed`: what may have changed while nobody listened. */
  private catchUp(): void {
    const mine = this.me()?.sources ?? {};
    this.toldSources = JSON.stringify({
      ...(mine.camera ? { camera: mine.camera } : {}),
      ...(mine.screen ? { screen: mine.screen } : {}),
    });
    this.tellSources();
    this.wants.repeat();
  }

  private me(): Person | undefined {
    const { you, participants } = this.state;
    return participants.find(({ participant }) => participant === you?.participant);
  }

  private finish(ending: Closing): void {
    if (this.state.phase === 'ended') return;
    window.removeEventListener('online', this.networkChanged);
    document.removeEventListener('visibilitychange', this.probe);
    navigatorConnection()?.removeEventListener('change', this.probe);
    this.recovery.close();
    this.silence.stop();
    this.wants.close();
    this.peer?.close();
    this.output.close();
    this.signaling.close();
    this.local.close();
    this.encryption?.close();
    this.set({ ...this.state, phase: 'ended', ending });
  }

  private readonly networkChanged = (): void => {
    this.signaling.networkChanged();
    this.recovery.networkChanged();
  };

  /** The page was asleep, or the network changed a little: look whether the socket lives. */
  private readonly probe = (): void => {
    if (document.visibilityState === 'visible') this.signaling.networkChanged();
  };

  private set(state: CallState): void {
    this.state = state;
    this.emit('state', state);
  }
}

/** The Network Information API, where there is one. */
function navigatorConnection(): EventTarget | undefined {
  return (navigator as { connection?: EventTarget }).connection;
}

export type { Moment, PeerState };
