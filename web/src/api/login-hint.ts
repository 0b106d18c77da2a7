/**
 * Whether a login may exist in this browser. Its cookies are not for scripts to read, so the last answer of the
 * server is kept; a guest then costs no refresh that must fail. Unknown counts as possible.
 */
const KEY = 'facementor.login';

export function noteLogin(state: 'present' | 'absent'): void {
  try {
    localStorage.setItem(KEY, state);
  } catch {
    // Storage is blocked: every 401 then tries a refresh, which is only slower.
  }
}

export function loginIsAbsent(): boolean {
  try {
    return localStorage.getItem(KEY) === 'absent';
  } catch {
    return false;
  }
}
