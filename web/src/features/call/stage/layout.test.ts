import { expect, test } from 'vitest';
import { gridRects, type Rect, speakerRects } from './layout';

const STAGES = [
  { width: 344, height: 620 },
  { width: 752, height: 1000 },
  { width: 1424, height: 884 },
  { width: 640, height: 300 },
];

function fits(rects: Rect[], { width, height }: { width: number; height: number }) {
  for (const [index, a] of rects.entries()) {
    expect(a.x).toBeGreaterThanOrEqual(-0.01);
    expect(a.y).toBeGreaterThanOrEqual(-0.01);
    expect(a.x + a.width).toBeLessThanOrEqual(width + 0.01);
    expect(a.y + a.height).toBeLessThanOrEqual(height + 0.01);
    for (const b of rects.slice(index + 1)) {
      const apart =
        a.x + a.width <= b.x + 0.01 ||
        b.x + b.width <= a.x + 0.01 ||
        a.y + a.height <= b.y + 0.01 ||
        b.y + b.height <= a.y + 0.01;
      expect(apart).toBe(true);
    }
  }
}

test.each(STAGES)('a grid of up to 25 fits %o without overlap', (stage) => {
  for (let count = 1; count <= 25; count += 1) {
    const rects = gridRects(count, stage);
    expect(rects).toHaveLength(count);
    fits(rects, stage);
  }
});

test.each(STAGES)(
  'one large tile and a strip fit %o, and the large one is the largest',
  (stage) => {
    for (let others = 0; others <= 24; others += 1) {
      const { main, others: strip } = speakerRects(others, stage);
      fits([main, ...strip], stage);
      for (const rect of strip) {
        expect(rect.width * rect.height).toBeLessThan(main.width * main.height);
      }
    }
  },
);

test('two people stand side by side on a desk and above each other on a phone', () => {
  const desk = gridRects(2, { width: 1440, height: 900 });
  const phone = gridRects(2, { width: 344, height: 700 });
  expect(desk[0]?.y).toBe(desk[1]?.y);
  expect(phone[0]?.x).toBe(phone[1]?.x);
});

test('an empty stage holds nothing', () => {
  expect(gridRects(0, { width: 100, height: 100 })).toEqual([]);
  expect(gridRects(3, { width: 0, height: 0 })).toEqual([]);
});
