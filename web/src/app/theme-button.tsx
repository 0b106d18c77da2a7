import { Moon, Sun } from 'lucide-react';

/** How the button of the theme menu looks, before and after the menu's code has come. */
export const themeButtonStyle =
  'inline-flex size-10 items-center justify-center rounded-md text-muted hover:bg-surface-2 hover:text-foreground';

/** The theme that is shown. */
export function ThemeIcon() {
  return (
    <>
      <Sun className="size-5 dark:hidden" aria-hidden />
      <Moon className="hidden size-5 dark:block" aria-hidden />
    </>
  );
}
