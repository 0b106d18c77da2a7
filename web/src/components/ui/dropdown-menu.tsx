import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';
import { menuItem, menuPanel } from './menu-style';

export const DropdownMenu = Radix.Root;
export const DropdownMenuTrigger = Radix.Trigger;
export const DropdownMenuRadioGroup = Radix.RadioGroup;

interface ContentProps extends ComponentProps<typeof Radix.Content> {
  /** `page`: above everything. `here`: in its place of the document, inside the same landmark. */
  place?: 'page' | 'here';
}

export function DropdownMenuContent({ className, place = 'page', ...props }: ContentProps) {
  const content = (
    <Radix.Content
      align="end"
      sideOffset={6}
      collisionPadding={8}
      className={cn(menuPanel, className)}
      {...props}
    />
  );
  return place === 'here' ? content : <Radix.Portal>{content}</Radix.Portal>;
}

interface ItemProps extends ComponentProps<typeof Radix.Item> {
  /** Something is lost or someone is sent away. */
  destructive?: boolean;
}

export function DropdownMenuItem({ className, destructive, ...props }: ItemProps) {
  return (
    <Radix.Item
      className={cn(menuItem, destructive && 'text-danger [&>svg]:text-danger', className)}
      {...props}
    />
  );
}

export function DropdownMenuRadioItem({
  className,
  children,
  ...props
}: ComponentProps<typeof Radix.RadioItem>) {
  return (
    <Radix.RadioItem className={cn(menuItem, 'pr-8', className)} {...props}>
      {children}
      <Radix.ItemIndicator className="absolute right-2">
        <Check className="size-4 text-accent" aria-hidden />
      </Radix.ItemIndicator>
    </Radix.RadioItem>
  );
}

export function DropdownMenuLabel({ className, ...props }: ComponentProps<typeof Radix.Label>) {
  return (
    <Radix.Label
      className={cn('px-2 py-1.5 text-xs font-medium text-muted', className)}
      {...props}
    />
  );
}

export function DropdownMenuSeparator({
  className,
  ...props
}: ComponentProps<typeof Radix.Separator>) {
  return <Radix.Separator className={cn('-mx-1 my-1 h-px bg-border', className)} {...props} />;
}
