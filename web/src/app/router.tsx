import { createBrowserRouter } from 'react-router';
import { NotFoundPage } from './not-found-page';
import { PageError } from './page-error';
import { PageLayout } from './page-layout';
import { PagePending } from './page-pending';
import { RequireLogin } from './require-login';

const loadCall = () => import('./call-route');

/** From a list of sessions the next step is the call: its code comes while the person still looks. */
function whenIdle(task: () => Promise<unknown>): void {
  const run = () => void task().catch(() => undefined); // the route itself will say if it cannot be had
  if ('requestIdleCallback' in window) window.requestIdleCallback(run);
  else setTimeout(run, 1000); // Safari
}

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
        {
          path: '/sign-in',
          lazy: async () => ({
            Component: (await import('@/features/accounts/sign-in-page')).SignInPage,
          }),
        },
        {
          path: '/sign-up',
          lazy: async () => ({
            Component: (await import('@/features/accounts/sign-up-page')).SignUpPage,
          }),
        },
        {
          path: '/sign-in/callback',
          lazy: async () => ({
            Component: (await import('@/features/accounts/provider-callback-page'))
              .ProviderCallbackPage,
          }),
        },
        {
          path: '/verify-email',
          lazy: async () => ({
            Component: (await import('@/features/accounts/verify-email-page')).VerifyEmailPage,
          }),
        },
        {
          path: '/forgot-password',
          lazy: async () => ({
            Component: (await import('@/features/accounts/forgot-password-page'))
              .ForgotPasswordPage,
          }),
        },
        {
          path: '/reset-password',
          lazy: async () => ({
            Component: (await import('@/features/accounts/reset-password-page')).ResetPasswordPage,
          }),
        },
        {
          path: '/left/:joinCode',
          lazy: async () => ({
            Component: (await import('@/features/sessions/left-page')).LeftPage,
          }),
        },
        {
          path: '/mentors',
          lazy: async () => ({
            Component: (await import('@/features/discovery/search-page')).SearchPage,
          }),
        },
        {
          path: '/mentors/:slug',
          lazy: async () => ({
            Component: (await import('./mentor-route')).MentorRoute,
          }),
        },
        {
          element: <RequireLogin />,
          children: [
            {
              path: '/mentor-profile',
              lazy: async () => ({
                Component: (await import('@/features/mentors/mentor-profile-page'))
                  .MentorProfilePage,
              }),
            },
            {
              path: '/saved-mentors',
              lazy: async () => ({
                Component: (await import('@/features/discovery/saved-page')).SavedPage,
              }),
            },
            {
              path: '/admin/mentor-applications',
              lazy: async () => ({
                Component: (await import('@/features/admin/applications-page')).ApplicationsPage,
              }),
            },
            {
              path: '/home',
              lazy: async () => ({
                Component: (await import('./home-route')).HomeRoute,
              }),
            },
            {
              path: '/admin/disputes',
              lazy: async () => ({
                Component: (await import('@/features/admin/disputes-page')).DisputesPage,
              }),
            },
            {
              path: '/admin/reviews',
              lazy: async () => ({
                Component: (await import('@/features/admin/reviews-page')).ReviewsPage,
              }),
            },
            {
              path: '/admin/mentors',
              lazy: async () => ({
                Component: (await import('@/features/admin/mentors-page')).MentorsPage,
              }),
            },
            {
              path: '/bookings',
              lazy: async () => ({
                Component: (await import('@/features/booking/bookings-page')).BookingsPage,
              }),
            },
            {
              path: '/bookings/:id',
              lazy: async () => ({
                Component: (await import('@/features/booking/booking-page')).BookingPage,
              }),
            },
            {
              path: '/availability',
              lazy: async () => ({
                Component: (await import('@/features/availability/availability-page'))
                  .AvailabilityPage,
              }),
            },
            {
              path: '/availability/google',
              lazy: async () => ({
                Component: (await import('@/features/availability/google-callback-page'))
                  .GoogleCallbackPage,
              }),
            },
            {
              path: '/offerings',
              lazy: async () => ({
                Component: (await import('@/features/availability/offerings-page')).OfferingsPage,
              }),
            },
            {
              path: '/sessions',
              lazy: async () => {
                const { SessionsPage } = await import('@/features/sessions/sessions-page');
                whenIdle(loadCall);
                return { Component: SessionsPage };
              },
            },
            {
              path: '/sessions/:id',
              lazy: async () => ({
                Component: (await import('@/features/sessions/session-page')).SessionPage,
              }),
            },
            {
              path: '/settings',
              lazy: async () => ({
                Component: (await import('./settings-route')).SettingsRoute,
              }),
            },
          ],
        },
        { path: '*', Component: NotFoundPage },
      ],
    },
    {
      path: '/embed/:slug',
      errorElement: <PageError />,
      hydrateFallbackElement: <PagePending />,
      lazy: async () => ({
        Component: (await import('@/features/booking/embed-page')).EmbedPage,
      }),
    },
    {
      path: '/join/:joinCode',
      errorElement: <PageError />,
      hydrateFallbackElement: <PagePending />,
      lazy: async () => ({ Component: (await loadCall()).CallRoute }),
    },
  ]);
}
