import { lazy, Suspense } from 'react';
import { Moon, Sun } from 'lucide-react';
import type { User } from '@/api/types';
import { Avatar } from '@/components/ui/avatar';

// Menus come after the first paint: their code (Radix, positioning) is a tenth of the app's.
const LazyProfileMenu = lazy(async () => ({
  default: (await import('./profile-menu')).ProfileMenu,
}));
const LazyThemeMenu = lazy(async () => ({ default: (await import('./theme-menu')).ThemeMenu }));

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

export function ThemeMenu() {
  return (
    <Suspense
      fallback={
        <span className="inline-flex size-10 items-center justify-center text-muted">
          <Sun className="size-5 dark:hidden" aria-hidden />
          <Moon className="hidden size-5 dark:block" aria-hidden />
        </span>
      }
    >
      <LazyThemeMenu />
    </Suspense>
  );
}
