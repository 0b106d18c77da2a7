import { setupListeners } from '@reduxjs/toolkit/query';
import { lazy, Suspense, useSyncExternalStore } from 'react';
import { Provider } from 'react-redux';
import { RouterProvider } from 'react-router/dom';
import { hasHadToasts, subscribeToasts } from '@/lib/toast';
import { createRouter } from './router';
import { createStore } from './store';

// Most visits see no notice: the toaster's code comes with the first.
const Toaster = lazy(async () => ({
  default: (await import('@/components/ui/toaster')).Toaster,
}));

const store = createStore();
setupListeners(store.dispatch);
const router = createRouter();

export function App() {
  return (
    <Provider store={store}>
      <RouterProvider router={router} />
      <Notices />
    </Provider>
  );
}

function Notices() {
  const areWanted = useSyncExternalStore(subscribeToasts, hasHadToasts);
  if (!areWanted) return null;
  return (
    <Suspense>
      <Toaster />
    </Suspense>
  );
}
