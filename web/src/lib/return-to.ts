/** The query parameter that says where to go after signing in. */
export const RETURN_TO = 'next';

/** The page to go to after signing in: only ever a path of this app, whatever the address bar says. */
export function returnTo(params: URLSearchParams, fallback = '/sessions'): string {
  const next = params.get(RETURN_TO);
  if (!next?.startsWith('/')) return fallback;
  try {
    // Catches //evil.example and /\evil.example, which browsers read as another host.
    const url = new URL(next, 'http://here.invalid');
    return url.host === 'here.invalid' ? url.pathname + url.search + url.hash : fallback;
  } catch {
    return fallback;
  }
}

/** `path` (a sign-in page) that comes back to `next`. */
export function withReturnTo(path: string, next: string | null): string {
  return next ? `${path}?${new URLSearchParams({ [RETURN_TO]: next }).toString()}` : path;
}
