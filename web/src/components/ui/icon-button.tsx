import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';
import { Tooltip } from './tooltip';

const iconButtonStyle = cva(
  'inline-flex shrink-0 items-center justify-center transition-colors select-none disabled:pointer-events-none disabled:opacity-55 aria-disabled:opacity-55',
  {
    variants: {
      variant: {
        ghost: 'text-foreground hover:bg-surface-2',
        solid: 'bg-surface-3 text-foreground hover:bg-edge/50',
        accent: 'bg-accent text-accent-foreground hover:bg-accent-hover',
        danger: 'bg-danger text-danger-foreground hover:bg-danger-hover',
        'danger-soft': 'bg-danger-soft text-danger-soft-foreground hover:bg-danger-soft/80',
      },
      size: {
        sm: 'size-8 [&_svg]:size-4',
        md: 'size-10 [&_svg]:size-5',
        lg: 'size-12 [&_svg]:size-5',
      },
      shape: { rounded: 'rounded-md', round: 'rounded-full' },
    },
    defaultVariants: { variant: 'ghost', size: 'md', shape: 'rounded' },
  },
);

export interface IconButtonProps
  extends ComponentProps<'button'>, VariantProps<typeof iconButtonStyle> {
  /** The button's name, for screen readers and as its tooltip. */
  label: string;
  /** The key that does the same, shown in the tooltip ("M"). */
  shortcut?: string;
  side?: 'top' | 'bottom' | 'left' | 'right';
}

/** A button that is only an icon: its name shows as a tooltip on hover and focus. */
export function IconButton({
  label,
  shortcut,
  side,
  className,
  variant,
  size,
  shape,
  children,
  ...props
}: IconButtonProps) {
  return (
    <Tooltip text={label} shortcut={shortcut} side={side}>
      <button
        type="button"
        aria-label={label}
        aria-keyshortcuts={shortcut}
        className={cn(iconButtonStyle({ variant, size, shape }), className)}
        {...props}
      >
        {children}
      </button>
    </Tooltip>
  );
}
