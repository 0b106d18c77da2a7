import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { overlayStyle } from './overlay';

export const Sheet = Radix.Root;
export const SheetTrigger = Radix.Trigger;
export const SheetClose = Radix.Close;

interface SheetContentProps {
  title: string;
  side?: 'right' | 'bottom';
  className?: string;
  children: ReactNode;
}

/** A panel from the edge of the page: from the right on a desk, from below on a phone. */
export function SheetContent({ title, side = 'right', className, children }: SheetContentProps) {
  return (
    <Radix.Portal>
      <Radix.Overlay className={overlayStyle} />
      <Radix.Content
        aria-describedby={undefined}
        className={cn(
          'fixed z-50 flex flex-col bg-surface shadow-float outline-none',
          side === 'right'
            ? 'inset-y-0 right-0 w-full max-w-sm animate-slide'
            : 'inset-x-0 bottom-0 max-h-[85dvh] animate-rise rounded-t-md pb-[env(safe-area-inset-bottom)]',
          className,
        )}
      >
        <div className="flex items-center justify-between border-b border-border py-3 pr-3 pl-4">
          <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
          <Radix.Close
            aria-label="Close"
            className="inline-flex size-8 items-center justify-center rounded-sm text-muted hover:bg-surface-2 hover:text-foreground"
          >
            <X className="size-4" aria-hidden />
          </Radix.Close>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
      </Radix.Content>
    </Radix.Portal>
  );
}
