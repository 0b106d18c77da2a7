import { Check, ChevronDown } from 'lucide-react';
import { Select as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { controlStyle } from './input';
import { menuItem, menuPanel } from './menu-style';

export interface SelectOption {
  /** Never empty: Radix keeps the empty value for "nothing chosen". */
  value: string;
  label: string;
}

interface SelectProps {
  options: readonly SelectOption[];
  value: string | undefined;
  onValueChange: (value: string) => void;
  placeholder?: string;
  /** Stands before the chosen value, an icon for instance. */
  prefix?: ReactNode;
  disabled?: boolean;
  className?: string;
  id?: string;
  'aria-label'?: string;
  'aria-describedby'?: string | undefined;
  'aria-invalid'?: true | undefined;
}

/** One choice of a list. Give it a name by `Field` or `aria-label`. */
export function Select({
  options,
  value,
  onValueChange,
  placeholder,
  prefix,
  disabled,
  className,
  ...control
}: SelectProps) {
  return (
    <Radix.Root value={value ?? ''} onValueChange={onValueChange} disabled={disabled ?? false}>
      <Radix.Trigger
        className={cn(
          controlStyle,
          'flex h-11 items-center gap-2 text-left text-sm data-placeholder:text-muted',
          className,
        )}
        {...control}
      >
        {prefix}
        <span className="min-w-0 flex-1 truncate">
          <Radix.Value placeholder={placeholder} />
        </span>
        <ChevronDown className="size-4 shrink-0 text-muted" aria-hidden />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className={cn(menuPanel, 'max-w-[calc(100vw-1rem)] min-w-(--radix-select-trigger-width)')}
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item key={option.value} value={option.value} className={cn(menuItem, 'pr-8')}>
                <Radix.ItemText>{option.label}</Radix.ItemText>
                <Radix.ItemIndicator className="absolute right-2">
                  <Check className="size-4 text-accent" aria-hidden />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
