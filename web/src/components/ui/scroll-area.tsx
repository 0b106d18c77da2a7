import { ScrollArea as Radix } from 'radix-ui';
import type { ComponentProps, Ref } from 'react';
import { cn } from '@/lib/cn';

interface ScrollAreaProps extends ComponentProps<typeof Radix.Root> {
  /** The element that scrolls, for code that keeps it at its end. */
  viewportRef?: Ref<HTMLDivElement>;
}

/** A scrolling part of the page with a thin bar; reachable and scrollable by keyboard. */
export function ScrollArea({ className, children, viewportRef, ...props }: ScrollAreaProps) {
  return (
    <Radix.Root className={cn('relative overflow-hidden', className)} {...props}>
      {/* WCAG 2.1.1: the keyboard must reach what scrolls. Radix lays the inside out as a table, which grows wider than the viewport. */}
      <Radix.Viewport
        ref={viewportRef}
        tabIndex={0}
        className="size-full -outline-offset-2 [&>div]:block!"
      >
        {children}
      </Radix.Viewport>
      <Radix.Scrollbar orientation="vertical" className="flex w-2 p-0.5">
        <Radix.Thumb className="flex-1 rounded-full bg-edge/60" />
      </Radix.Scrollbar>
    </Radix.Root>
  );
}
