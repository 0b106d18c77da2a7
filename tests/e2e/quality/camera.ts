import { closeSync, openSync, writeSync } from 'node:fs';

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES_PER_SECOND = 20;
const FRAMES = 40;

/** A camera that asks as much of an encoder as a face before a bookshelf: texture everywhere, that moves. It loops. */
export function writeBusyCamera(path: string): void {
  const file = openSync(path, 'w');
  writeSync(file, `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n`);
  const grain = Uint8Array.from({ length: 1 << 16 }, (_, index) => (Math.imul(index + 1, 2654435761) >>> 24) & 63);
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const luma = Buffer.alloc(WIDTH * HEIGHT);
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const turn = (frame / FRAMES) * 2 * Math.PI;
    const [shiftX, shiftY] = [Math.round(40 * Math.sin(turn)), Math.round(24 * Math.cos(turn))];
    for (let y = 0; y < HEIGHT; y += 1) {
      for (let x = 0; x < WIDTH; x += 1) {
        // Grain of four pixels on a slow gradient; the middle moves against the rest.
        const inside = (x - WIDTH / 2) ** 2 + (y - HEIGHT / 2) ** 2 < (HEIGHT / 3) ** 2;
        const [u, v] = inside ? [x - shiftX * 2, y + shiftY] : [x + shiftX, y + shiftY];
        luma[y * WIDTH + x] = 60 + ((x + y) >> 4) + (grain[((v >> 2) * 331 + (u >> 2)) & 0xffff] ?? 0);
      }
    }
    writeSync(file, 'FRAME\n');
    writeSync(file, luma);
    writeSync(file, chroma);
  }
  closeSync(file);
}
