import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

/** What inputs, selects and text areas share. 16 px text, because smaller makes phones zoom in. */
export const controlStyle =
  'w-full rounded-md border border-edge bg-surface px-3 text-base text-foreground transition-colors placeholder:text-muted hover:border-foreground/60 disabled:opacity-55 aria-invalid:border-danger aria-invalid:bg-danger-soft/40';

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(controlStyle, 'h-11', className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea className={cn(controlStyle, 'min-h-24 py-2', className)} {...props} />;
}
