import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';
import { buttonStyle } from './button';

interface SmallIconButtonProps extends ComponentProps<'button'> {
  /** The button's name. */
  label: string;
}

/** A button that is only an icon, on pages without tooltips of their own. */
export function SmallIconButton({ label, className, ...props }: SmallIconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={cn(buttonStyle({ variant: 'ghost' }), 'size-10 px-0', className)}
      {...props}
    />
  );
}
