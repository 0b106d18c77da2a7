import { setupListeners } from '@reduxjs/toolkit/query';
import { Provider } from 'react-redux';
import { RouterProvider } from 'react-router/dom';
import { Toaster } from '@/components/ui/toaster';
import { TooltipProvider } from '@/components/ui/tooltip';
import { createRouter } from './router';
import { createStore } from './store';

const store = createStore();
setupListeners(store.dispatch);
const router = createRouter();

export function App() {
  return (
    <Provider store={store}>
      <TooltipProvider>
        <RouterProvider router={router} />
        <Toaster />
      </TooltipProvider>
    </Provider>
  );
}
