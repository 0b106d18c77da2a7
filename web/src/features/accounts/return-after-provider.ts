/** Where to go after the provider has sent the browser back: kept in this tab, for the provider is another site. */
const KEY = 'facementor.after-provider';

export function rememberReturn(path: string): void {
  try {
    sessionStorage.setItem(KEY, path);
  } catch {
    // Storage is blocked: the way goes on at the start.
  }
}

export function rememberedReturn(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
