const PREFIX = 'facementor.call.';

/** A choice of this browser, such as the camera taken last. Storage may be blocked: then nothing is remembered. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch {
    // Not remembered, then.
  }
}
