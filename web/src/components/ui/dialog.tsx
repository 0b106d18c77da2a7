import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { overlayStyle } from './overlay';

export const Dialog = Radix.Root;
export const DialogTrigger = Radix.Trigger;
export const DialogClose = Radix.Close;

interface DialogContentProps {
  title: string;
  /** One sentence on what this is for; read out with the title. */
  description?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A window over the page: the focus stays inside, Escape and a click outside close it. */
export function DialogContent({ title, description, className, children }: DialogContentProps) {
  return (
    <Radix.Portal>
      <Radix.Overlay className={overlayStyle} />
      <Radix.Content
        {...(description ? {} : { 'aria-describedby': undefined })}
        className={cn(
          'fixed inset-x-4 top-[12dvh] z-50 mx-auto grid max-h-[80dvh] max-w-md animate-rise gap-6 overflow-y-auto rounded-md bg-surface p-6 shadow-float outline-none',
          className,
        )}
      >
        <div className="grid gap-1 pr-8">
          <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
          {description && (
            <Radix.Description className="text-sm text-muted">{description}</Radix.Description>
          )}
        </div>
        {children}
        <Radix.Close
          aria-label="Close"
          className="absolute top-4 right-4 inline-flex size-8 items-center justify-center rounded-sm text-muted hover:bg-surface-2 hover:text-foreground"
        >
          <X className="size-4" aria-hidden />
        </Radix.Close>
      </Radix.Content>
    </Radix.Portal>
  );
}
