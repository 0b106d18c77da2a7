import { createBrowserRouter } from 'react-router';
import { PageError } from './page-error';
import { PageLayout } from './page-layout';
import { PagePending } from './page-pending';

/** All routes. Each page is its own chunk; the call's code loads on the way to the call. */
export function createRouter() {
  return createBrowserRouter([
    {
      element: <PageLayout />,
      errorElement: <PageError />,
      hydrateFallbackElement: <PagePending />,
      children: [
        {
          index: true,
          lazy: async () => ({
            Component: (await import('@/features/landing/landing-page')).LandingPage,
          }),
        },
      ],
    },
    {
      path: '/join/:joinCode',
      errorElement: <PageError />,
      hydrateFallbackElement: <PagePending />,
      lazy: async () => ({ Component: (await import('@/features/call/join-page')).JoinPage }),
    },
  ]);
}
