/** What a connection to Google is finished with: kept in this tab while Google asks. */
const KEY = 'facementor.google-calendar';

export function rememberAttempt(attempt: string): void {
  try {
    sessionStorage.setItem(KEY, attempt);
  } catch {
    // Storage is blocked: it cannot be finished, and the page will say so.
  }
}

export function takeAttempt(): string {
  try {
    const attempt = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return attempt ?? '';
  } catch {
    return '';
  }
}
