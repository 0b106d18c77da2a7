import { configureStore, isRejectedWithValue, type Middleware } from '@reduxjs/toolkit';
import { api } from '@/api/api';
import { isProblem } from '@/api/problem';
import { rootReducer } from '@/lib/root-reducer';

/** A login that ended elsewhere: asking who is signed in again sends the pages to the sign-in page. */
const noticeEndedLogin: Middleware = (store) => (next) => (action) => {
  const result = next(action);
  if (isRejectedWithValue(action) && isProblem(action.payload)) {
    const ended = action.payload.code === 'unauthenticated';
    if (ended) store.dispatch(api.util.invalidateTags(['Me']));
  }
  return result;
};

export function createStore() {
  return configureStore({
    reducer: rootReducer,
    middleware: (defaults) => defaults().concat(api.middleware, noticeEndedLogin),
  });
}
