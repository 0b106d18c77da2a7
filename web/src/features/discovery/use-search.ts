import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import type { Search } from './api';

const FIELDS = ['q', 'skill', 'language'] as const;

/** The search as the address bar has it: it can be shared, and Back goes to the one before. */
export function useSearch(): [
  Search,
  (change: Partial<Search>, history?: 'push' | 'replace') => void,
] {
  const [params, setParams] = useSearchParams();
  const search: Search = {
    q: params.get('q') ?? '',
    skill: params.get('skill') ?? '',
    language: params.get('language') ?? '',
  };
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
        { replace: history === 'replace', preventScrollReset: true },
      ),
    [setParams],
  );
  return [search, change];
}
