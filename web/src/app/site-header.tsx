import { Link, NavLink, useLocation } from 'react-router';
import { useMeQuery } from '@/api/me';
import { Brand } from '@/components/brand';
import { Button } from '@/components/ui/button';
import { withReturnTo } from '@/lib/return-to';
import { ProfileMenu, ThemeMenu } from './header-menus';

export function SiteHeader() {
  const { data: me } = useMeQuery();
  return (
    <header className="border-b border-border">
      <div className="mx-auto flex h-16 max-w-5xl items-center gap-2 px-4">
        <Link to={me ? '/home' : '/'} className="inline-flex rounded-sm">
          <Brand />
        </Link>
        <nav aria-label="Main" className="ml-auto flex items-center gap-1 sm:gap-2">
          <PageLink to="/mentors">Find a mentor</PageLink>
          {me && <PageLink to="/home">Home</PageLink>}
          {me && <PageLink to="/sessions">My sessions</PageLink>}
          {me === null && <SignInLinks />}
          {me ? <ProfileMenu user={me} /> : <ThemeMenu />}
        </nav>
      </div>
    </header>
  );
}

/** On a phone these are in the person's own menu and on the start page. */
function PageLink({ to, children }: { to: string; children: string }) {
  return (
    <NavLink
      to={to}
      className="hidden h-10 items-center rounded-md px-3 text-sm font-medium text-muted hover:bg-surface-2 hover:text-foreground aria-[current=page]:text-foreground sm:inline-flex"
    >
      {children}
    </NavLink>
  );
}

function SignInLinks() {
  const { pathname, search } = useLocation();
  // From the sign-in pages themselves the way back stays what it was; from the start page there is none.
  const here = pathname.startsWith('/sign-')
    ? new URLSearchParams(search).get('next')
    : pathname === '/'
      ? null
      : pathname + search;
  return (
    <>
      <Button variant="ghost" asChild className="px-3">
        <Link to={withReturnTo('/sign-in', here)}>Sign in</Link>
      </Button>
      <Button asChild className="hidden sm:inline-flex">
        <Link to={withReturnTo('/sign-up', here)}>Sign up</Link>
      </Button>
    </>
  );
}
