import { Outlet, ScrollRestoration } from 'react-router';

export function PageLayout() {
  return (
    <main>
      <Outlet />
      <ScrollRestoration />
    </main>
  );
}
