import { closeSync, openSync, writeSync } from 'node:fs';

export interface Camera {
  width: number;
  height: number;
  framesPerSecond: number;
}

/** Two seconds, which loop. */
const SECONDS = 2;

/** Sizes of the texture's patches, in pixels. Each has the same share of the contrast, as in pictures of nature: a smaller picture is no flatter. */
const OCTAVES = [2, 4, 8, 16, 32, 64];
const CONTRAST = 22;

/** A camera that asks as much of an encoder as a face before a bookshelf: texture of every size everywhere, that moves. */
export function writeBusyCamera(path: string, { width, height, framesPerSecond }: Camera): void {
  const frames = SECONDS * framesPerSecond;
  const file = openSync(path, 'w');
  writeSync(file, `YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`);
  const texture = writeTexture();
  const chroma = Buffer.alloc((width * height) / 2, 128);
  const luma = Buffer.alloc(width * height);
  for (let frame = 0; frame < frames; frame += 1) {
    const turn = (frame / frames) * 2 * Math.PI;
    const [shiftX, shiftY] = [Math.round(40 * Math.sin(turn)), Math.round(24 * Math.cos(turn))];
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        // The middle moves against the rest.
        const inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2;
        const [u, v] = inside ? [x - shiftX * 2, y + shiftY] : [x + shiftX, y + shiftY];
        luma[y * width + x] = texture[((v + 256) % SIDE) * SIDE + ((u + 256) % SIDE)] ?? 0;
      }
    }
    writeSync(file, 'FRAME\n');
    writeSync(file, luma);
    writeSync(file, chroma);
  }
  closeSync(file);
}

/** Pixels of the texture's sides; it repeats. */
const SIDE = 2048;

function writeTexture(): Uint8Array {
  const texture = new Float32Array(SIDE * SIDE).fill(128);
  OCTAVES.forEach((size, octave) => {
    const patches = SIDE / size;
    for (let y = 0; y < SIDE; y += 1) {
      for (let x = 0; x < SIDE; x += 1) {
        const patch = Math.floor(y / size) * patches + Math.floor(x / size) + octave * 7919;
        const hash = Math.imul(patch + 1, 2654435761);
        const value = Math.imul(hash ^ (hash >>> 15), 2246822519) >>> 24;
        texture[y * SIDE + x] = (texture[y * SIDE + x] ?? 0) + (CONTRAST * (value - 127.5)) / 127.5;
      }
    }
  });
  return Uint8Array.from(texture, (value) => Math.max(0, Math.min(255, Math.round(value))));
}
