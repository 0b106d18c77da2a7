import { cn } from '@/lib/cn';

/** The mark (two faces that overlap) and the name. */
export function Brand({ className }: { className?: string }) {
  return (
    <span className={cn('inline-flex items-center gap-2 font-semibold tracking-tight', className)}>
      <svg viewBox="0 0 32 32" className="size-7" aria-hidden>
        <rect width="32" height="32" rx="9" className="fill-accent" />
        <circle cx="12.5" cy="14" r="5" className="fill-accent-foreground" />
        <circle cx="21.5" cy="18" r="5" className="fill-accent-foreground opacity-55" />
      </svg>
      FaceMentor
    </span>
  );
}
