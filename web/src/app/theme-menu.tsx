import { Monitor, Moon, Sun } from 'lucide-react';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { ThemeIcon, themeButtonStyle } from './theme-button';
import { setTheme, type ThemeChoice, useTheme } from '@/lib/theme';

/** Light, dark, or as the system says, as items of a menu. */
export function ThemeItems() {
  const theme = useTheme();
  return (
    <>
      <DropdownMenuLabel id="theme-label">Theme</DropdownMenuLabel>
      <DropdownMenuRadioGroup
        aria-labelledby="theme-label"
        value={theme}
        onValueChange={(value) => setTheme(value as ThemeChoice)}
      >
        <DropdownMenuRadioItem value="light">
          <Sun aria-hidden /> Light
        </DropdownMenuRadioItem>
        <DropdownMenuRadioItem value="dark">
          <Moon aria-hidden /> Dark
        </DropdownMenuRadioItem>
        <DropdownMenuRadioItem value="system">
          <Monitor aria-hidden /> Like the system
        </DropdownMenuRadioItem>
      </DropdownMenuRadioGroup>
    </>
  );
}

/** The theme switch of people who are not signed in, open; others find it in their menu. */
export function ThemeMenu() {
  return (
    <DropdownMenu modal={false} defaultOpen>
      <DropdownMenuTrigger aria-label="Theme" className={themeButtonStyle}>
        <ThemeIcon />
      </DropdownMenuTrigger>
      <DropdownMenuContent place="here">
        <ThemeItems />
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
