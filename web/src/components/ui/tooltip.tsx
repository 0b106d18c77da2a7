import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

/** Once around what uses tooltips: after the first tooltip the next ones show at once. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={500} skipDelayDuration={200}>
      {children}
    </Radix.Provider>
  );
}

interface TooltipProps {
  text: ReactNode;
  shortcut?: string;
  side?: 'top' | 'bottom' | 'left' | 'right';
  /** The control it explains; must be focusable. */
  children: ReactNode;
}

/** Words for a control on hover and on keyboard focus. Never the only place of something needed. */
export function Tooltip({ text, shortcut, side = 'top', children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-60 flex max-w-64 animate-fade items-center gap-2 rounded-sm bg-foreground px-2 py-1 text-xs text-background select-none"
        >
          {text}
          {shortcut && (
            <kbd className="rounded-sm border border-background/40 px-1 font-sans text-xs">
              {shortcut}
            </kbd>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
