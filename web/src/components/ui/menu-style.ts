/** Looks shared by what opens as a list: dropdown menus and selects. */
export const menuPanel =
  'animate-rise z-50 max-h-(--radix-popper-available-height) min-w-48 overflow-y-auto rounded-md border border-border bg-surface p-1 shadow-float outline-none';

export const menuItem =
  'relative flex min-h-9 cursor-pointer items-center gap-2 rounded-sm px-2 py-1.5 text-sm text-foreground outline-none select-none data-disabled:pointer-events-none data-disabled:opacity-55 data-highlighted:bg-surface-2 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-muted';
