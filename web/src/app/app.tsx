import { setupListeners } from '@reduxjs/toolkit/query';
import { lazy, Suspense } from 'react';
import { Provider } from 'react-redux';
import { RouterProvider } from 'react-router/dom';
import { createRouter } from './router';
import { createStore } from './store';

// Nothing is ever noticed in the first moments: the toaster's code comes after the first paint.
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
      <Suspense>
        <Toaster />
      </Suspense>
    </Provider>
  );
}
