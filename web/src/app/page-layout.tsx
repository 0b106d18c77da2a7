import { useEffect, useRef } from 'react';
import { Outlet, ScrollRestoration, useLocation } from 'react-router';
import { InsecureBanner } from '@/components/insecure-banner';
import { UnverifiedBanner } from '@/features/accounts/unverified-banner';
import { RouteProgress } from './route-progress';
import { SiteFooter } from './site-footer';
import { SiteHeader } from './site-header';

/** Every page but the call: header, content, footer. */
export function PageLayout() {
  const content = useFocusOnArrival();
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-4 py-2 text-sm font-medium text-accent-foreground focus:translate-y-0"
      >
        Skip to the content
      </a>
      <RouteProgress />
      <SiteHeader />
      <main ref={content} id="content" tabIndex={-1} className="flex flex-1 flex-col outline-none">
        <div className="mx-auto w-full max-w-5xl px-4 empty:hidden">
          <InsecureBanner className="mt-4" />
          <UnverifiedBanner className="mt-4" />
        </div>
        <Outlet />
      </main>
      <SiteFooter />
      <ScrollRestoration />
    </div>
  );
}

/** After following a link the keyboard and the screen reader go on in the new page, not at its end. */
function useFocusOnArrival() {
  const content = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    content.current?.focus({ preventScroll: true });
  }, [pathname]);
  return content;
}
