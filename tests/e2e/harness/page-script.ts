import type { Look } from './looks.ts';

export interface PageScriptOptions {
  screen: Look;
  /** A camera drawn in the page, where the browser takes no file for it. */
  camera?: Look;
}

/** What the script below leaves in a page. */
export interface Observed {
  connections: RTCPeerConnection[];
  localDescriptions: number;
  remoteDescriptions: number;
  analysers: Map<MediaStreamTrack, AnalyserNode>;
  audio?: AudioContext;
}

/**
 * Runs in every page before its own scripts. It counts and remembers peer connections, changing nothing about them, and
 * stands in for the picker of screens, which nobody is there to click.
 */
export function pageScript({ screen, camera }: PageScriptOptions): void {
  // The call makes its connections in a frame of its page: what is told of them is told to the page.
  const mine: Observed = { connections: [], localDescriptions: 0, remoteDescriptions: 0, analysers: new Map() };
  const isOfPage = window.parent !== window && location.href === 'about:blank';
  const observed = isOfPage ? (window.parent as unknown as { observed: Observed }).observed : mine;
  Object.assign(window, { observed });

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      observed.connections.push(this);
    }

    override setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
      observed.localDescriptions += 1;
      return super.setLocalDescription(description);
    }

    override setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      observed.remoteDescriptions += 1;
      return super.setRemoteDescription(description);
    }
  } as typeof RTCPeerConnection;

  const drawn = (look: Look, width: number, height: number): MediaStreamTrack => {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const brush = canvas.getContext('2d');
    let frame = 0;
    const draw = () => {
      if (!brush) return;
      frame += 1;
      brush.fillStyle = `rgb(${look.left.join(',')})`;
      brush.fillRect(0, 0, width / 2, height);
      brush.fillStyle = `rgb(${look.right.join(',')})`;
      brush.fillRect(width / 2, 0, width / 2, height);
      brush.fillStyle = 'white';
      brush.fillRect(((frame * 20) % (width - 40)) | 0, 0, 40, 40);
    };
    draw();
    const timer = setInterval(draw, 66);
    const [track] = canvas.captureStream(15).getVideoTracks();
    if (!track) throw new Error('the canvas gave no track');
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    return track;
  };

  const played = (toneHz: number): MediaStreamTrack => {
    const context = new AudioContext();
    const [tone, beat, volume] = [context.createOscillator(), context.createOscillator(), context.createGain()];
    tone.frequency.value = toneHz;
    beat.frequency.value = 4;
    beat.connect(volume.gain);
    tone.connect(volume);
    const out = context.createMediaStreamDestination();
    volume.connect(out);
    tone.start();
    beat.start();
    void context.resume();
    const [track] = out.stream.getAudioTracks();
    if (!track) throw new Error('the oscillator gave no track');
    return track;
  };

  const media = navigator.mediaDevices as MediaDevices | undefined;
  if (!media) return;
  media.getDisplayMedia = (wanted) => {
    const stream = new MediaStream([drawn(screen, 960, 540)]);
    if (wanted?.audio) stream.addTrack(played(screen.toneHz));
    return Promise.resolve(stream);
  };
  if (camera) {
    const ask = media.getUserMedia.bind(media);
    media.getUserMedia = async (wanted) => {
      const stream = wanted?.audio ? await ask({ audio: wanted.audio }) : new MediaStream();
      if (wanted?.video) stream.addTrack(drawn(camera, 640, 360));
      return stream;
    };
  }
}
