import { cn } from '@/lib/cn';

/** How a connection is, in words: the score of `quality`, 0 to 5. */
export function qualityWord(score: number | undefined): {
  word: string;
  bars: 0 | 1 | 2 | 3;
} {
  if (score === undefined) return { word: 'Connection not measured yet', bars: 0 };
  if (score >= 3.7) return { word: 'Good connection', bars: 3 };
  if (score >= 2.5) return { word: 'Fair connection', bars: 2 };
  return { word: 'Poor connection', bars: 1 };
}

/** Three bars; the word stands beside or in the tooltip. */
export function QualityBars({
  score,
  className,
}: {
  score: number | undefined;
  className?: string;
}) {
  const { bars } = qualityWord(score);
  const colour = bars === 3 ? 'bg-success' : bars === 2 ? 'bg-warning' : 'bg-danger';
  return (
    <span aria-hidden className={cn('inline-flex h-3 items-end gap-0.5', className)}>
      {[1, 2, 3].map((bar) => (
        <span
          key={bar}
          style={{ height: `${bar * 4}px` }}
          className={cn('w-1 rounded-full', bar <= bars ? colour : 'bg-current opacity-30')}
        />
      ))}
    </span>
  );
}
