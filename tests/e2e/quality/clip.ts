import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Driver } from '../harness/drivers.ts';

/** What `welcome` asks cameras for, the smallest first. */
const LAYERS = [
  { width: 320, height: 180, bitrate: 150_000 },
  { width: 640, height: 360, bitrate: 450_000 },
  { width: 1280, height: 720, bitrate: 1_700_000 },
];
const FRAMES_PER_SECOND = 20;
const FRAMES = 160;
/** A keyframe this often: what a viewer waits for at most when it asks for one. */
const KEYFRAME_EVERY = 20;

/** Has a page encode its camera as simulcast does; returns an IVF file of VP8 for each layer, the smallest first. */
export async function captureClip(driver: Driver, folder: string): Promise<string[]> {
  const layers = await driver.evaluate(encode, { LAYERS, FRAMES_PER_SECOND, FRAMES, KEYFRAME_EVERY });
  return layers.map((frames, place) => {
    const path = join(folder, `layer-${place}.ivf`);
    writeFileSync(path, ivf(frames.map((frame) => Buffer.from(frame, 'base64'))));
    return path;
  });
}

interface Orders {
  LAYERS: { width: number; height: number; bitrate: number }[];
  FRAMES_PER_SECOND: number;
  FRAMES: number;
  KEYFRAME_EVERY: number;
}

/** Runs in the page. Frames in base64, by layer. */
async function encode({ LAYERS, FRAMES_PER_SECOND, FRAMES, KEYFRAME_EVERY }: Orders): Promise<string[][]> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } });
  const [track] = stream.getVideoTracks();
  if (!track) throw new Error('no camera');
  const Processor = (
    window as never as { MediaStreamTrackProcessor: new (init: object) => { readable: ReadableStream } }
  ).MediaStreamTrackProcessor;
  const frames: string[][] = LAYERS.map(() => []);
  const encoders = LAYERS.map(({ width, height, bitrate }, place) => {
    const encoder = new VideoEncoder({
      output: (chunk) => {
        const bytes = new Uint8Array(chunk.byteLength);
        chunk.copyTo(bytes);
        frames[place]?.push(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
      },
      error: (error) => {
        throw error;
      },
    });
    const framerate = FRAMES_PER_SECOND;
    encoder.configure({ codec: 'vp8', width, height, bitrate, framerate, latencyMode: 'realtime' });
    const canvas = new OffscreenCanvas(width, height);
    return { encoder, canvas, brush: canvas.getContext('2d') };
  });
  const reader = new Processor({ track }).readable.getReader() as ReadableStreamDefaultReader<VideoFrame>;
  for (let count = 0; count < FRAMES; count += 1) {
    const { value: frame, done } = await reader.read();
    if (done) throw new Error('the camera ended');
    for (const { encoder, canvas, brush } of encoders) {
      brush?.drawImage(frame, 0, 0, canvas.width, canvas.height);
      const scaled = new VideoFrame(canvas, { timestamp: (count * 1e6) / FRAMES_PER_SECOND });
      encoder.encode(scaled, { keyFrame: count % KEYFRAME_EVERY === 0 });
      scaled.close();
    }
    frame.close();
  }
  await Promise.all(encoders.map(({ encoder }) => encoder.flush()));
  track.stop();
  return frames;
}

/** The IVF container: a header with the time base, then each frame after its length and time. */
function ivf(frames: Buffer[]): Buffer {
  const header = Buffer.alloc(32);
  header.write('DKIF', 0);
  header.writeUInt16LE(32, 6);
  header.write('VP80', 8);
  header.writeUInt32LE(FRAMES_PER_SECOND, 16);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(frames.length, 24);
  const parts = frames.flatMap((frame, place) => {
    const start = Buffer.alloc(12);
    start.writeUInt32LE(frame.length, 0);
    start.writeBigUInt64LE(BigInt(place), 4);
    return [start, frame];
  });
  return Buffer.concat([header, ...parts]);
}
