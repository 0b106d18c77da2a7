import { Emitter } from './emitter';
import { Loudness, meterShare } from './loudness';
import { mediaProblem, type MediaProblem } from './media-problem';
import type { Kind, MediaParameters, Source, TrackState } from './protocol';
import { SpeechDetector } from './speech-detector';
import { remember, remembered } from './storage';

export type DeviceKind = 'microphone' | 'camera' | 'speaker';

export interface Device {
  id: string;
  label: string;
}

/** A microphone or camera as the page shows it. */
export interface CaptureState {
  /** What the person wants. */
  wanted: 'on' | 'off';
  /** `switching`: from one device to another. */
  capture: 'idle' | 'asking' | 'live' | 'switching' | 'failed';
  problem: MediaProblem | null;
  device: string | null;
}

export interface ScreenState {
  capture: 'idle' | 'asking' | 'live';
  /** Whether sound comes with it. */
  audio: TrackState;
  problem: MediaProblem | null;
}

export interface LocalMediaState {
  microphone: CaptureState;
  camera: CaptureState;
  screen: ScreenState;
  speaker: string | null;
  devices: Record<DeviceKind, Device[]>;
  /** The person speaks although muted. */
  talkingWhileMuted: boolean;
}

interface Events extends Record<string, unknown> {
  state: LocalMediaState;
  /** The track to send for a source, or null for none. */
  track: { source: Source; kind: Kind; track: MediaStreamTrack | null };
  /** Something worth telling went wrong with a device that had worked. */
  failed: { device: 'microphone' | 'camera'; problem: MediaProblem };
  /** The browser's own button ended the screen share. */
  screenEnded: undefined;
}

/** Asked for where the server says nothing else. */
const DEFAULT_CAMERA: MediaParameters['camera'] = {
  width: 1280,
  height: 720,
  frame_rate: 30,
  encodings: [],
};
const LISTEN_EVERY_MS = 100;

const noCapture: CaptureState = { wanted: 'on', capture: 'idle', problem: null, device: null };

/** Before anything was opened or remembered. */
export const noLocalMedia: LocalMediaState = {
  microphone: noCapture,
  camera: noCapture,
  screen: { capture: 'idle', audio: 'off', problem: null },
  speaker: null,
  devices: { microphone: [], camera: [], speaker: [] },
  talkingWhileMuted: false,
};

/** The person's own devices: microphone, camera, screen, and which speaker they hear by. */
export class LocalMedia extends Emitter<Events> {
  state: LocalMediaState = {
    ...noLocalMedia,
    microphone: idleCapture('microphone'),
    camera: idleCapture('camera'),
    speaker: remembered('speaker.device'),
  };

  private microphone: MediaStreamTrack | null = null;
  private camera: MediaStreamTrack | null = null;
  private screen: MediaStream | null = null;
  private context: AudioContext | null = null;
  private loudness: Loudness | null = null;
  private listener: MediaStreamTrack | null = null;
  private listenTimer: ReturnType<typeof setInterval> | undefined;
  private cameraFormat = DEFAULT_CAMERA;
  private closed = false;

  /** Follows devices that come and go. Call `start` next. */
  constructor() {
    super();
    navigator.mediaDevices?.addEventListener('devicechange', this.devicesChanged);
  }

  /** Asks for microphone and camera, as far as they are wanted, in one prompt. */
  async start(): Promise<void> {
    const audio = this.state.microphone.wanted === 'on' || this.microphone === null;
    const video = this.state.camera.wanted === 'on';
    if (!devicesAllowed()) {
      this.fail('microphone', 'insecure');
      this.fail('camera', 'insecure');
      return;
    }
    if (audio) this.patch('microphone', { capture: 'asking', problem: null });
    if (video) this.patch('camera', { capture: 'asking', problem: null });
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: audio && this.audioConstraints(),
        video: video && this.videoConstraints(),
      });
      this.take(stream);
    } catch (error) {
      // Together they fail when one of them does: find out which.
      if (audio && video) {
        const denied = mediaProblem(error) === 'denied' ? await deniedDevices() : null;
        if (denied?.microphone) this.fail('microphone', 'denied');
        else await this.startMicrophone();
        if (denied?.camera) this.fail('camera', 'denied');
        else await this.startCamera();
      } else {
        this.fail(audio ? 'microphone' : 'camera', mediaProblem(error));
      }
    }
    await this.listDevices();
  }

  /** The track on the way to the others, for a preview. */
  track(source: Source, kind: Kind): MediaStreamTrack | null {
    if (source === 'screen') {
      const tracks =
        kind === 'audio' ? this.screen?.getAudioTracks() : this.screen?.getVideoTracks();
      return tracks?.[0] ?? null;
    }
    return kind === 'audio' ? this.microphone : this.camera;
  }

  /** What `publish` says of a source. */
  sourceState(source: Source): { audio: TrackState; video: TrackState } {
    if (source === 'screen') {
      const video = this.state.screen.capture === 'live' ? 'on' : 'off';
      return { audio: this.state.screen.audio, video };
    }
    return { audio: trackState(this.state.microphone), video: trackState(this.state.camera) };
  }

  /** Mutes at once by silencing the track; the device stays open so that unmuting takes no time. */
  async setMicrophone(wanted: 'on' | 'off'): Promise<void> {
    remember('microphone', wanted);
    this.patch('microphone', { wanted });
    if (this.microphone) this.microphone.enabled = wanted === 'on';
    else if (wanted === 'on') await this.startMicrophone();
  }

  /** Off lets go of the camera, so that its light goes out. */
  async setCamera(wanted: 'on' | 'off'): Promise<void> {
    remember('camera', wanted);
    this.patch('camera', { wanted });
    if (wanted === 'on') {
      if (!this.camera) await this.startCamera();
    } else {
      this.dropCamera();
      this.patch('camera', { capture: 'idle', problem: null });
    }
  }

  async selectDevice(kind: DeviceKind, id: string): Promise<void> {
    remember(`${kind}.device`, id);
    if (kind === 'speaker') {
      this.set({ ...this.state, speaker: id });
    } else if (kind === 'microphone') {
      this.patch('microphone', { device: id });
      await this.startMicrophone('exact');
    } else {
      this.patch('camera', { device: id });
      if (this.state.camera.wanted === 'on') await this.startCamera('exact');
    }
  }

  /** Asks once more for a device that failed. */
  async retry(device: 'microphone' | 'camera'): Promise<void> {
    if (device === 'camera') await this.startCamera();
    else await this.startMicrophone();
  }

  /** Camera format and frame rate the server wishes for. */
  setCameraFormat(format: MediaParameters['camera']): void {
    this.cameraFormat = format;
  }

  async startScreen(frameRate: number): Promise<void> {
    // Absent on phones and in insecure contexts, whatever the type says.
    const devices = navigator.mediaDevices as Partial<MediaDevices> | undefined;
    if (!devices?.getDisplayMedia) {
      this.setScreen({ capture: 'idle', audio: 'off', problem: 'unsupported' });
      return;
    }
    this.setScreen({ capture: 'asking', audio: 'off', problem: null });
    try {
      const stream = await devices.getDisplayMedia.call(navigator.mediaDevices, {
        video: { frameRate: { max: frameRate } },
        audio: true,
      });
      const video = stream.getVideoTracks()[0] ?? null;
      const audio = stream.getAudioTracks()[0] ?? null;
      if (this.closed || !video) {
        stopAll(stream);
        return;
      }
      video.contentHint = 'detail';
      video.addEventListener('ended', () => {
        if (this.screen !== stream) return;
        this.stopScreen();
        this.emit('screenEnded', undefined);
      });
      this.screen = stream;
      this.emit('track', { source: 'screen', kind: 'video', track: video });
      this.emit('track', { source: 'screen', kind: 'audio', track: audio });
      this.setScreen({ capture: 'live', audio: audio ? 'on' : 'off', problem: null });
    } catch (error) {
      // Closing the browser's picker is a change of mind, not a problem.
      const problem = mediaProblem(error);
      this.setScreen({
        capture: 'idle',
        audio: 'off',
        problem: problem === 'denied' ? null : problem,
      });
    }
  }

  stopScreen(): void {
    if (!this.screen) return;
    stopAll(this.screen);
    this.screen = null;
    this.emit('track', { source: 'screen', kind: 'video', track: null });
    this.emit('track', { source: 'screen', kind: 'audio', track: null });
    this.setScreen({ capture: 'idle', audio: 'off', problem: null });
  }

  /** The microphone's level as a share of a meter, 0 to 1; 0 while there is nothing to hear. */
  level(): number {
    return this.loudness ? meterShare(this.loudness.decibels()) : 0;
  }

  /** Browsers keep audio processing asleep until the person touched the page: call from an input event. */
  wakeAudio(): void {
    if (this.context?.state === 'suspended') void this.context.resume().catch(() => undefined);
  }

  close(): void {
    this.closed = true;
    navigator.mediaDevices?.removeEventListener('devicechange', this.devicesChanged);
    this.dropMicrophone();
    this.dropCamera();
    this.stopScreen();
    void this.context?.close().catch(() => undefined);
    this.context = null;
  }

  private async startMicrophone(match: 'ideal' | 'exact' = 'ideal'): Promise<void> {
    await this.open('microphone', { audio: this.audioConstraints(match) });
  }

  private async startCamera(match: 'ideal' | 'exact' = 'ideal'): Promise<void> {
    await this.open('camera', { video: this.videoConstraints(match) });
  }

  private async open(
    device: 'microphone' | 'camera',
    constraints: MediaStreamConstraints,
  ): Promise<void> {
    if (!devicesAllowed()) {
      this.fail(device, 'insecure');
      return;
    }
    const open = device === 'camera' ? this.camera : this.microphone;
    this.patch(device, { capture: open ? 'switching' : 'asking', problem: null });
    try {
      // Some cameras open only once: let go of the one there is first. Firefox allows one microphone at a time.
      if (device === 'camera') this.dropCamera();
      else this.dropMicrophone();
      this.take(await navigator.mediaDevices.getUserMedia(constraints));
      await this.listDevices();
    } catch (error) {
      this.fail(device, mediaProblem(error));
    }
  }

  private take(stream: MediaStream): void {
    if (this.closed) {
      stopAll(stream);
      return;
    }
    const microphone = stream.getAudioTracks()[0];
    const camera = stream.getVideoTracks()[0];
    if (microphone) {
      this.dropMicrophone();
      this.microphone = microphone;
      microphone.enabled = this.state.microphone.wanted === 'on';
      microphone.addEventListener('ended', () => this.died('microphone', microphone));
      this.listenTo(microphone);
      this.emit('track', { source: 'camera', kind: 'audio', track: microphone });
      this.live('microphone', microphone);
    }
    if (camera) {
      this.dropCamera();
      // Switched off while the browser was still asking.
      if (this.state.camera.wanted === 'off') {
        camera.stop();
        this.patch('camera', { capture: 'idle' });
        return;
      }
      camera.contentHint = 'motion';
      this.camera = camera;
      camera.addEventListener('ended', () => this.died('camera', camera));
      this.emit('track', { source: 'camera', kind: 'video', track: camera });
      this.live('camera', camera);
    }
  }

  private live(device: 'microphone' | 'camera', track: MediaStreamTrack): void {
    const id = track.getSettings().deviceId ?? this.state[device].device;
    this.patch(device, { capture: 'live', problem: null, device: id });
  }

  /** A device that worked stopped by itself: try the default one, once. */
  private died(device: 'microphone' | 'camera', track: MediaStreamTrack): void {
    const current = device === 'camera' ? this.camera : this.microphone;
    if (current !== track || this.closed) return;
    if (device === 'camera') this.dropCamera();
    else this.dropMicrophone();
    this.patch(device, { capture: 'switching', problem: null, device: null });
    const constraints = device === 'camera' ? { video: true } : { audio: true };
    navigator.mediaDevices.getUserMedia(constraints).then(
      (stream) => this.take(stream),
      () => {
        this.fail(device, 'lost');
        this.emit('failed', { device, problem: 'lost' });
      },
    );
  }

  private fail(device: 'microphone' | 'camera', problem: MediaProblem): void {
    this.patch(device, { capture: 'failed', problem });
  }

  private dropMicrophone(): void {
    clearInterval(this.listenTimer);
    this.loudness?.close();
    this.loudness = null;
    this.listener?.stop();
    this.listener = null;
    if (!this.microphone) return;
    const track = this.microphone;
    this.microphone = null;
    track.stop();
    this.emit('track', { source: 'camera', kind: 'audio', track: null });
  }

  private dropCamera(): void {
    if (!this.camera) return;
    const track = this.camera;
    this.camera = null;
    track.stop();
    this.emit('track', { source: 'camera', kind: 'video', track: null });
  }

  /** Listens on a copy that is never silenced, to know when somebody talks while muted. */
  private listenTo(microphone: MediaStreamTrack): void {
    try {
      this.context ??= new AudioContext();
      this.listener = microphone.clone();
      this.listener.enabled = true;
      this.loudness = new Loudness(this.context, this.listener);
    } catch {
      // No audio processing here: then there is no meter, and the call goes on.
      return;
    }
    const loudness = this.loudness;
    const detector = new SpeechDetector();
    this.listenTimer = setInterval(() => {
      const speaking = detector.hear(loudness.decibels(), performance.now());
      const talkingWhileMuted = speaking && this.state.microphone.wanted === 'off';
      if (talkingWhileMuted !== this.state.talkingWhileMuted) {
        this.set({ ...this.state, talkingWhileMuted });
      }
    }, LISTEN_EVERY_MS);
  }

  private readonly devicesChanged = (): void => {
    void this.listDevices().then(() => {
      // What was missing may have been plugged in.
      const { microphone, camera, devices } = this.state;
      const gone = (problem: MediaProblem | null) => problem === 'missing' || problem === 'lost';
      if (gone(microphone.problem) && devices.microphone.length > 0) void this.startMicrophone();
      if (gone(camera.problem) && devices.camera.length > 0 && camera.wanted === 'on') {
        void this.startCamera();
      }
    });
  };

  private async listDevices(): Promise<void> {
    if (!devicesAllowed()) return;
    const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    const pick = (kind: MediaDeviceKind, fallback: string): Device[] =>
      all
        .filter((device) => device.kind === kind && device.deviceId !== '')
        .map((device, index) => ({
          id: device.deviceId,
          label: device.label || `${fallback} ${index + 1}`,
        }));
    this.set({
      ...this.state,
      devices: {
        microphone: pick('audioinput', 'Microphone'),
        camera: pick('videoinput', 'Camera'),
        speaker: canChooseSpeaker() ? pick('audiooutput', 'Speaker') : [],
      },
    });
  }

  private audioConstraints(match: 'ideal' | 'exact' = 'ideal'): MediaTrackConstraints {
    const { device } = this.state.microphone;
    return {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      ...(device ? { deviceId: { [match]: device } } : {}),
    };
  }

  private videoConstraints(match: 'ideal' | 'exact' = 'ideal'): MediaTrackConstraints {
    const { device } = this.state.camera;
    return {
      width: { ideal: this.cameraFormat.width },
      height: { ideal: this.cameraFormat.height },
      frameRate: { ideal: this.cameraFormat.frame_rate },
      ...(device ? { deviceId: { [match]: device } } : {}),
    };
  }

  private patch(device: 'microphone' | 'camera', change: Partial<CaptureState>): void {
    this.set({ ...this.state, [device]: { ...this.state[device], ...change } });
  }

  private setScreen(screen: ScreenState): void {
    this.set({ ...this.state, screen });
  }

  private set(state: LocalMediaState): void {
    this.state = state;
    this.emit('state', state);
  }
}

function idleCapture(device: 'microphone' | 'camera'): CaptureState {
  return {
    ...noCapture,
    wanted: remembered(device) === 'off' ? 'off' : 'on',
    device: remembered(`${device}.device`),
  };
}

/** `off` for what cannot be sent; `muted` for what the person switched off. */
function trackState({ wanted, capture }: CaptureState): TrackState {
  if (capture === 'failed') return 'off';
  if (wanted === 'off') return 'muted';
  return capture === 'live' || capture === 'switching' ? 'on' : 'muted';
}

function devicesAllowed(): boolean {
  return 'mediaDevices' in navigator && window.isSecureContext;
}

/** Which of the two the browser refuses; when it does not tell, both count as refused. */
async function deniedDevices(): Promise<{ microphone: boolean; camera: boolean }> {
  const denied = async (name: string): Promise<boolean | null> => {
    try {
      const { state } = await navigator.permissions.query({ name: name as PermissionName });
      return state === 'denied';
    } catch {
      return null;
    }
  };
  const [microphone, camera] = await Promise.all([denied('microphone'), denied('camera')]);
  // Neither is refused for good: the prompt itself was dismissed, and asking twice more would be rude.
  if (!microphone && !camera) return { microphone: true, camera: true };
  return { microphone: microphone ?? true, camera: camera ?? true };
}

function canChooseSpeaker(): boolean {
  return 'setSinkId' in HTMLMediaElement.prototype;
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
