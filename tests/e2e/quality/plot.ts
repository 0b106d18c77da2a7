import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sample } from './samples.ts';

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [900, 300, 56, 34, 40];

/** Vertical lines with a word, such as where the network changes. */
export interface Mark {
  at: number;
  text: string;
}

/** Bitrate, lines of the picture and freezes over time, as SVG. */
export function plot(file: string, title: string, samples: Sample[], marks: Mark[] = []): void {
  const last = samples.at(-1)?.at ?? 1;
  const rates = samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? sample;
    return { at: sample.at, mbps: (8 * (sample.videoBytes - before.videoBytes)) / (sample.at - before.at) / 1e6 };
  });
  const most = Math.max(1, ...rates.map(({ mbps }) => mbps)) * 1.1;
  const x = (at: number) => (LEFT + (at / last) * (WIDTH - LEFT - 50)).toFixed(1);
  const y = (share: number) => (TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const line = (points: [number, number][]) => points.map(([at, share]) => `${x(at)},${y(share)}`).join(' ');
  const frozen = samples.slice(1).flatMap((sample, index) => {
    const before = samples[index] ?? sample;
    const seconds = sample.frozenSeconds - before.frozenSeconds;
    return seconds > 0.01
      ? [
          `<rect x="${x(before.at)}" y="${TOP}" width="${Math.max(2, Number(x(sample.at)) - Number(x(before.at))).toFixed(1)}"` +
            ` height="${HEIGHT - TOP - BOTTOM}" fill="#e11d48" opacity="${Math.min(1, 0.15 + seconds).toFixed(2)}"/>`,
        ]
      : [];
  });
  const steps = samples.flatMap((sample, index): [number, number][] => [
    [sample.at, (samples[index - 1]?.height ?? sample.height) / 800],
    [sample.at, sample.height / 800],
  ]);
  const text = (at: string, where: string | number, words: string, anchor = 'start', colour = '#475569') =>
    `<text x="${at}" y="${where}" text-anchor="${anchor}" fill="${colour}">${words}</text>`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${LEFT}" x2="${WIDTH - 50}" y1="${y(share)}" y2="${y(share)}" stroke="#e2e8f0"/>` +
      text(String(LEFT - 6), y(share), (most * share).toFixed(1), 'end') +
      text(String(WIDTH - 44), y(share), String(Math.round(800 * share)), 'start', '#ea580c'),
  );
  const seconds = Array.from({ length: 7 }, (_, index) => (last * index) / 6).map((at) =>
    text(x(at), HEIGHT - BOTTOM + 16, `${Math.round(at)} s`, 'middle'),
  );
  const lines = marks.map(
    ({ at, text: words }) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="#94a3b8" stroke-dasharray="4 3"/>` +
      text(x(at), TOP - 4, words, 'middle'),
  );
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
      `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
      text('10', 14, title, 'start', '#0f172a'),
      ...ticks,
      ...seconds,
      ...frozen,
      ...lines,
      `<polyline fill="none" stroke="#ea580c" stroke-width="1.5" points="${line(steps)}"/>`,
      `<polyline fill="none" stroke="#2563eb" stroke-width="1.5" points="${line(rates.map(({ at, mbps }) => [at, mbps / most]))}"/>`,
      text(String(LEFT), HEIGHT - 6, 'video received, Mbit/s', 'start', '#2563eb'),
      text(String(LEFT + 170), HEIGHT - 6, 'lines of the picture', 'start', '#ea580c'),
      text(String(LEFT + 310), HEIGHT - 6, 'frozen', 'start', '#e11d48'),
      '</svg>',
      '',
    ].join('\n'),
  );
}
