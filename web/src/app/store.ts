import { configureStore } from '@reduxjs/toolkit';
import { api } from '@/api/api';
import { rootReducer } from '@/lib/root-reducer';

export function createStore() {
  return configureStore({
    reducer: rootReducer,
    middleware: (defaults) => defaults().concat(api.middleware),
  });
}
