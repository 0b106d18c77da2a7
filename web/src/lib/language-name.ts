const NAMES = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });

/** "es" as people say it: "Spanish". Codes nobody knows stay codes. */
export function languageName(code: string): string {
  try {
    return NAMES.of(code) ?? code;
  } catch {
    return code;
  }
}
