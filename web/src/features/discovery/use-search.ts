import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import { EVERYTHING, FIELDS, type Search } from './search';

/** The search as the address bar has it: it can be shared, and Back goes to the one before. */
export function useSearch(): [
  Search,
  (change: Partial<Search>, history?: 'push' | 'replace') => void,
] {
  const [params, setParams] = useSearchParams();
  const search: Search = { ...EVERYTHING };
  for (const field of FIELDS) search[field] = params.get(field) ?? '';
  const change = useCallback(
    (change: Partial<Search>, history: 'push' | 'replace' = 'push') =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          for (const field of FIELDS) {
            const value = change[field];
            if (value === '') next.delete(field);
            else if (value !== undefined) next.set(field, value);
          }
          return next;
        },
        // At once: what was ticked or chosen must not jump back until the router comes to it.
        { replace: history === 'replace', preventScrollReset: true, flushSync: true },
      ),
    [setParams],
  );
  return [search, change];
}
