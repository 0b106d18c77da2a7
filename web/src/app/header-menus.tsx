import { lazy, Suspense, useState } from 'react';
import type { User } from '@/api/types';
import { Avatar } from '@/components/ui/avatar';
import { ThemeIcon, themeButtonStyle } from './theme-button';

// Menus come after the first paint: their code (Radix, positioning) is a tenth of the app's.
const LazyProfileMenu = lazy(async () => ({
  default: (await import('./profile-menu')).ProfileMenu,
}));
const importThemeMenu = () => import('./theme-menu');
const LazyThemeMenu = lazy(async () => ({ default: (await importThemeMenu()).ThemeMenu }));

export function ProfileMenu({ user }: { user: User }) {
  return (
    <Suspense
      fallback={
        <span className="p-0.5">
          <Avatar name={user.display_name} picture={user.picture_url} size="sm" />
        </span>
      }
    >
      <LazyProfileMenu user={user} />
    </Suspense>
  );
}

/** Few change the theme: the menu's code comes when somebody is about to, and it opens as soon as it is there. */
export function ThemeMenu() {
  const [isWanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      aria-label="Theme"
      aria-haspopup="menu"
      aria-expanded={false}
      className={themeButtonStyle}
      onPointerEnter={() => void importThemeMenu()}
      onFocus={() => void importThemeMenu()}
      onClick={() => setWanted(true)}
    >
      <ThemeIcon />
    </button>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <LazyThemeMenu />
    </Suspense>
  );
}
