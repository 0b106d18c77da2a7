import type { Observed } from './page-script.ts';

/** These run inside pages; the two drivers, Playwright and Puppeteer, both carry them there. */

type ObservedWindow = Window & { observed: Observed };

export interface Picture {
  left: [number, number, number];
  right: [number, number, number];
  /** The row the white square walks along, as text: equal only when nothing moved. */
  top: string;
  width: number;
  height: number;
}

/** What a tile's video shows now; null before it shows anything. */
export function pictureIn(selector: string): Picture | null {
  const video = document.querySelector<HTMLVideoElement>(`${selector} video`);
  if (!video || video.readyState < 2 || video.videoWidth === 0) return null;
  const canvas = document.createElement('canvas');
  canvas.width = 64;
  canvas.height = 36;
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  if (!brush) return null;
  brush.drawImage(video, 0, 0, 64, 36);
  const colour = (x: number, y: number): [number, number, number] => {
    const [red = 0, green = 0, blue = 0] = brush.getImageData(x, y, 1, 1).data;
    return [red, green, blue];
  };
  return {
    left: colour(16, 24),
    right: colour(48, 24),
    top: Array.from({ length: 64 }, (_, x) => (colour(x, 2).every((value) => value > 180) ? '#' : '.')).join(''),
    width: video.videoWidth,
    height: video.videoHeight,
  };
}

/** The loudest frequency of each remote audio track that carries sound now. */
export function heardNow(): number[] {
  const { observed } = window as unknown as ObservedWindow;
  observed.audio ??= new AudioContext();
  const context = observed.audio;
  void context.resume();
  const heard: number[] = [];
  for (const connection of observed.connections) {
    if (connection.connectionState === 'closed') continue;
    for (const { track } of connection.getReceivers()) {
      if (track.kind !== 'audio' || track.readyState !== 'live') continue;
      let analyser = observed.analysers.get(track);
      if (!analyser) {
        analyser = context.createAnalyser();
        analyser.fftSize = 4096;
        analyser.smoothingTimeConstant = 0.5;
        context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
        observed.analysers.set(track, analyser);
      }
      const levels = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(levels);
      const loudest = levels.reduce((best, level, bin) => (level > (levels[best] ?? -Infinity) ? bin : best), 0);
      if ((levels[loudest] ?? -Infinity) > -60) heard.push((loudest * context.sampleRate) / analyser.fftSize);
    }
  }
  return heard;
}

/** Energy of all sound received so far, decoded (W3C webrtc-stats, totalAudioEnergy). */
export async function soundSoFar(): Promise<number> {
  const { observed } = window as unknown as ObservedWindow;
  let energy = 0;
  for (const connection of observed.connections) {
    const report = await connection.getStats();
    report.forEach((entry: RTCInboundRtpStreamStats & { totalAudioEnergy?: number }) => {
      if (entry.type === 'inbound-rtp' && entry.kind === 'audio') energy += entry.totalAudioEnergy ?? 0;
    });
  }
  return energy;
}

export interface Received {
  packets: number;
  lost: number;
  frames: number;
  freezes: number;
}

/** Sums over everything this page receives. */
export async function received(): Promise<Received> {
  const { observed } = window as unknown as ObservedWindow;
  const sum: Received = { packets: 0, lost: 0, frames: 0, freezes: 0 };
  for (const connection of observed.connections) {
    const report = await connection.getStats();
    report.forEach((entry: RTCInboundRtpStreamStats & { freezeCount?: number }) => {
      if (entry.type !== 'inbound-rtp') return;
      sum.packets += entry.packetsReceived ?? 0;
      sum.lost += entry.packetsLost ?? 0;
      sum.frames += entry.framesDecoded ?? 0;
      sum.freezes += entry.freezeCount ?? 0;
    });
  }
  return sum;
}

/** The ports this page's media leaves from. */
export async function mediaPorts(): Promise<number[]> {
  const { observed } = window as unknown as ObservedWindow;
  const ports: number[] = [];
  for (const connection of observed.connections) {
    const report = await connection.getStats();
    report.forEach((entry: { type: string; port?: number }) => {
      if (entry.type === 'local-candidate' && entry.port) ports.push(entry.port);
    });
  }
  return ports;
}

export function negotiations(): { local: number; remote: number; connections: number } {
  const { observed } = window as unknown as ObservedWindow;
  return {
    local: observed.localDescriptions,
    remote: observed.remoteDescriptions,
    connections: observed.connections.length,
  };
}

export interface Path {
  way: 'direct' | 'relayed';
  /** How the browser talks to its TURN server where there is one, or else to ours. */
  protocol?: string;
  family: 'IPv4' | 'IPv6';
}

/** The way that media takes. */
export async function pathInUse(): Promise<Path | undefined> {
  const { observed } = window as unknown as ObservedWindow;
  for (const connection of observed.connections) {
    if (connection.connectionState !== 'connected') continue;
    const report = await connection.getStats();
    const found = new Map<string, Record<string, string>>();
    report.forEach((entry: { id: string }) => found.set(entry.id, entry as unknown as Record<string, string>));
    const transport = [...found.values()].find(({ type }) => type === 'transport');
    const pair = found.get(transport?.selectedCandidatePairId ?? '');
    const local = found.get(pair?.localCandidateId ?? '');
    if (!local) continue;
    const remote = found.get(pair?.remoteCandidateId ?? '');
    const family = remote?.address?.includes(':') ? 'IPv6' : 'IPv4';
    // Not by candidateType: behind a NAT, what a relay sends shows as `prflx`.
    const by = local.relayProtocol;
    return by ? { way: 'relayed', protocol: by, family } : { way: 'direct', protocol: local.protocol, family };
  }
  return undefined;
}
