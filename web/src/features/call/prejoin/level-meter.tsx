import { useEffect, useRef } from 'react';
import { cn } from '@/lib/cn';
import { useCall } from '../call-context';

const BARS = 12;

/** The microphone's level as a row of bars. It moves outside React: thirty times a second. */
export function LevelMeter({ className }: { className?: string }) {
  const call = useCall();
  const row = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let shown = 0;
    let frame = 0;
    const draw = () => {
      const level = call.local.level();
      // Rises at once and falls slowly, as the eye likes it.
      shown = level > shown ? level : shown * 0.9 + level * 0.1;
      const lit = Math.round(shown * BARS);
      row.current?.setAttribute('data-level', String(lit));
      [...(row.current?.children ?? [])].forEach((bar, index) => {
        bar.toggleAttribute('data-lit', index < lit);
      });
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [call]);

  return (
    <div
      ref={row}
      aria-hidden
      data-testid="level-meter"
      className={cn('flex h-3 items-stretch gap-0.5', className)}
    >
      {Array.from({ length: BARS }, (_, index) => (
        <span key={index} className="flex-1 rounded-full bg-surface-3 data-lit:bg-success" />
      ))}
    </div>
  );
}
