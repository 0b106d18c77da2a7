/** A peer connection for tests: it remembers what was asked of it, and states are set by hand. */
export class FakePeerConnection {
  connectionState: RTCPeerConnectionState = 'new';
  iceConnectionState: RTCIceConnectionState = 'new';
  signalingState: RTCSignalingState = 'stable';
  onconnectionstatechange: (() => void) | null = null;
  oniceconnectionstatechange: (() => void) | null = null;
  readonly lines: string[] = [];
  readonly sent: (MediaStreamTrack | null)[] = [];
  readonly answers: string[] = [];
  /** Of each video sender, which encodings are active. */
  readonly active: boolean[][] = [];
  /** When media came last. */
  heardAt = 0;
  offers = 0;
  restarts = 0;
  /** Senders and receivers that were given an encoded transform. */
  transformed = 0;

  static install(): FakePeerConnection[] {
    const made: FakePeerConnection[] = [];
    const capabilities = {
      getCapabilities: (kind: string) => ({
        codecs: kind === 'video' ? [{ mimeType: 'video/VP8', clockRate: 90000 }] : [],
      }),
    };
    Object.assign(globalThis, {
      RTCRtpReceiver: capabilities,
      RTCRtpSender: capabilities,
      RTCPeerConnection: class extends FakePeerConnection {
        constructor() {
          super();
          made.push(this);
        }
      },
    });
    return made;
  }

  addTransceiver(kind: string, init: RTCRtpTransceiverInit) {
    const rids = init.sendEncodings?.map(({ rid }) => rid).filter(Boolean) ?? [];
    this.lines.push([kind, init.direction, ...rids].join(' '));
    const transformed = () => (this.transformed += 1);
    const place = kind === 'video' && init.sendEncodings ? this.active.length : -1;
    if (place >= 0) this.active.push(init.sendEncodings?.map(() => true) ?? []);
    return {
      sender: {
        set transform(_: unknown) {
          transformed();
        },
        getParameters: () => ({
          encodings: (this.active[place] ?? []).map((active) => ({ active })),
        }),
        setParameters: ({ encodings }: RTCRtpSendParameters) => {
          this.active[place] = encodings.map(({ active = true }) => active);
          return Promise.resolve();
        },
        replaceTrack: (track: MediaStreamTrack | null) => {
          this.sent.push(track);
          return Promise.resolve();
        },
      },
      receiver: {
        set transform(_: unknown) {
          transformed();
        },
        track: { id: `${kind}-${this.lines.length}`, kind },
        getSynchronizationSources: () => [{ timestamp: this.heardAt }],
      },
      setCodecPreferences: () => undefined,
    };
  }

  createDataChannel(label: string) {
    this.lines.push(`data ${label}`);
    return { readyState: 'connecting' };
  }

  createOffer({ iceRestart = false }: RTCOfferOptions = {}) {
    this.offers += 1;
    if (iceRestart) this.restarts += 1;
    return Promise.resolve({ type: 'offer' as const, sdp: `offer ${this.offers}` });
  }

  setLocalDescription({ type }: RTCLocalSessionDescriptionInit) {
    this.signalingState = type === 'rollback' ? 'stable' : 'have-local-offer';
    return Promise.resolve();
  }

  setRemoteDescription({ sdp }: RTCSessionDescriptionInit) {
    this.answers.push(sdp ?? '');
    this.signalingState = 'stable';
    return Promise.resolve();
  }

  close() {
    this.signalingState = 'closed';
  }

  become(state: RTCPeerConnectionState) {
    this.connectionState = state;
    this.iceConnectionState = state === 'connecting' ? 'checking' : state;
    this.oniceconnectionstatechange?.();
    this.onconnectionstatechange?.();
  }
}
