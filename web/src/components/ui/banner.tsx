import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

const tones = {
  info: { style: 'bg-accent-soft text-accent-soft-foreground', icon: Info },
  success: { style: 'bg-success-soft text-success-soft-foreground', icon: CircleCheck },
  warning: { style: 'bg-warning-soft text-warning-soft-foreground', icon: TriangleAlert },
  danger: { style: 'bg-danger-soft text-danger-soft-foreground', icon: CircleAlert },
};

interface BannerProps {
  tone?: keyof typeof tones;
  title?: ReactNode;
  /** What happened, what is safe, what to do. */
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** A message that stays until its reason is gone. Danger and warning are read out when they appear. */
export function Banner({ tone = 'info', title, children, action, className }: BannerProps) {
  const { style, icon: Icon } = tones[tone];
  return (
    <div
      role={tone === 'danger' ? 'alert' : 'status'}
      className={cn(
        'flex flex-wrap items-start gap-3 rounded-md px-4 py-3 text-sm',
        style,
        className,
      )}
    >
      <Icon className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1 basis-48">
        {title && <p className="font-medium">{title}</p>}
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}
