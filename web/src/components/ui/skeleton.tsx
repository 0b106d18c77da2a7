import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

/** The place of something that is on its way. It appears after 300 ms, so that fast answers do not flicker. */
export function Skeleton({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div aria-hidden className={cn('animate-late rounded-sm bg-surface-3', className)} {...props} />
  );
}
