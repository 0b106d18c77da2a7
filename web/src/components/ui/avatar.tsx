import { cn } from '@/lib/cn';
import { initials, nameHue } from '@/lib/names';

const sizes = {
  sm: 'size-8 text-xs',
  md: 'size-10 text-sm',
  lg: 'size-20 text-xl',
  xl: 'size-28 text-2xl',
};

interface AvatarProps {
  name: string;
  size?: keyof typeof sizes;
  className?: string;
}

/**
 * A person's initials on a colour of their own. Decoration: the name always stands
 * beside it, and the letters are no text of the page.
 */
export function Avatar({ name, size = 'md', className }: AvatarProps) {
  return (
    <span
      aria-hidden
      data-initials={initials(name)}
      style={{ backgroundColor: `oklch(0.43 0.07 ${nameHue(name)})` }}
      className={cn(
        'inline-flex shrink-0 items-center justify-center rounded-full font-semibold text-white select-none before:content-[attr(data-initials)]',
        sizes[size],
        className,
      )}
    />
  );
}
