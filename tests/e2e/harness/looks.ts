import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Colour = [red: number, green: number, blue: number];

/** What somebody sends: a picture of two colours, side by side, and a tone of their own. */
export interface Look {
  left: Colour;
  right: Colour;
  toneHz: number;
}

/** Far enough apart that no codec confuses them. Tones lie on no multiple of each other. */
export const LOOKS = {
  ada: { left: [200, 40, 40], right: [40, 60, 200], toneHz: 440 },
  bo: { left: [40, 160, 60], right: [210, 200, 50], toneHz: 700 },
  eve: { left: [190, 50, 190], right: [50, 190, 190], toneHz: 1130 },
  screen: { left: [230, 130, 30], right: [110, 110, 110], toneHz: 1730 },
} satisfies Record<string, Look>;

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES_PER_SECOND = 15;
const FRAMES = 15;

/** A camera and a microphone as files, the way Chromium takes them; they loop. */
export function writeDevices(folder: string, name: string, look: Look): { camera: string; microphone: string } {
  mkdirSync(folder, { recursive: true });
  const camera = join(folder, `${name}.y4m`);
  const microphone = join(folder, `${name}.wav`);
  writeFileSync(camera, y4m(look));
  writeFileSync(microphone, wav(look.toneHz));
  return { camera, microphone };
}

/** Two halves, and a white square that walks along the top. */
function y4m(look: Look): Buffer {
  const parts: Buffer[] = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const square = Math.floor((frame / FRAMES) * (WIDTH - 40));
    const colourAt = (x: number, y: number): Colour =>
      y < 40 && x >= square && x < square + 40 ? [255, 255, 255] : x < WIDTH / 2 ? look.left : look.right;
    parts.push(Buffer.from('FRAME\n'), plane(1, 0, colourAt), plane(2, 1, colourAt), plane(2, 2, colourAt));
  }
  return Buffer.concat(parts);
}

function plane(step: number, component: 0 | 1 | 2, colourAt: (x: number, y: number) => Colour): Buffer {
  const bytes = Buffer.alloc((WIDTH / step) * (HEIGHT / step));
  const known = new Map<Colour, number>();
  let index = 0;
  for (let y = 0; y < HEIGHT; y += step) {
    for (let x = 0; x < WIDTH; x += step) {
      const colour = colourAt(x, y);
      let value = known.get(colour);
      if (value === undefined) known.set(colour, (value = bt601(colour)[component]));
      bytes[index++] = value;
    }
  }
  return bytes;
}

/** ITU-R BT.601, limited range. */
function bt601([red, green, blue]: Colour): [number, number, number] {
  const luma = 16 + 0.257 * red + 0.504 * green + 0.098 * blue;
  const u = 128 - 0.148 * red - 0.291 * green + 0.439 * blue;
  const v = 128 + 0.439 * red - 0.368 * green - 0.071 * blue;
  return [Math.round(luma), Math.round(u), Math.round(v)];
}

/** Beeps rather than a steady tone, which noise suppression would take for noise. */
function wav(toneHz: number): Buffer {
  const rate = 48_000;
  const samples = rate * 2;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples * 2, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples * 2, 40);
  const body = Buffer.alloc(samples * 2);
  for (let index = 0; index < samples; index += 1) {
    const second = index / rate;
    const phase = (second * 4) % 1;
    const loudness = phase < 0.6 ? Math.sin((phase / 0.6) * Math.PI) : 0;
    body.writeInt16LE(Math.round(20_000 * loudness * Math.sin(2 * Math.PI * toneHz * second)), index * 2);
  }
  return Buffer.concat([header, body]);
}
