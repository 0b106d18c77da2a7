import { useState } from 'react';
import { API_URL } from '@/api/config';
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
  /** Where their picture is, if they have one. */
  picture?: string | null | undefined;
  size?: keyof typeof sizes;
  className?: string;
}

/**
 * A person's picture, or their initials on a colour of their own. Decoration: the name always stands
 * beside it, and the letters are no text of the page.
 */
export function Avatar({ name, picture, size = 'md', className }: AvatarProps) {
  const [broken, setBroken] = useState<string>();
  if (picture && picture !== broken) {
    return (
      <img
        src={API_URL + picture}
        alt=""
        onError={() => setBroken(picture)}
        className={cn('shrink-0 rounded-full bg-surface-3 object-cover', sizes[size], className)}
      />
    );
  }
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
