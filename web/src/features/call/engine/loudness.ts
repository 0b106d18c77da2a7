/** How loud a microphone is, from the time domain of its signal. */
export class Loudness {
  private readonly source: MediaStreamAudioSourceNode;
  private readonly analyser: AnalyserNode;
  private readonly samples: Float32Array<ArrayBuffer>;

  constructor(context: AudioContext, track: MediaStreamTrack) {
    this.source = context.createMediaStreamSource(new MediaStream([track]));
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.source.connect(this.analyser);
  }

  /** The level now: dB relative to full scale, at least -100. */
  decibels(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    return Math.max(-100, 10 * Math.log10(sum / this.samples.length + 1e-10));
  }

  close(): void {
    this.source.disconnect();
  }
}

/** A level as a share of a meter: quiet rooms (-60 dB) show nothing, loud speech (-10 dB) fills it. */
export function meterShare(decibels: number): number {
  return Math.min(1, Math.max(0, (decibels + 60) / 50));
}
