import { type ComponentType, lazy, Suspense, useState } from 'react';
import type { User } from '@/api/types';
import { Avatar } from '@/components/ui/avatar';
import { ThemeIcon, themeButtonStyle } from './theme-button';

// Menus come after the first paint: their code (Radix, positioning) is a tenth of the app's.
const LazyProfileMenu = lazy(async () => ({
  default: (await import('./profile-menu')).ProfileMenu,
}));
/** Null where its code did not come: the next press tries again. */
const importThemeMenu = () =>
  import('./theme-menu').then(
    (module) => module.ThemeMenu,
    () => null,
  );

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
  const [Menu, setMenu] = useState<ComponentType | null>(null);
  if (Menu) return <Menu />;
  return (
    <button
      type="button"
      aria-label="Theme"
      aria-haspopup="menu"
      aria-expanded={false}
      className={themeButtonStyle}
      onPointerEnter={() => void importThemeMenu()}
      onFocus={() => void importThemeMenu()}
      onClick={() => void importThemeMenu().then((loaded) => setMenu(() => loaded))}
    >
      <ThemeIcon />
    </button>
  );
}
