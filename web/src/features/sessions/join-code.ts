/**
 * The join code in what someone pasted: a code, a link, or a line of a message with a link in it.
 * Null when there is none.
 */
export function joinCodeIn(text: string): string | null {
  const trimmed = text.trim();
  const linked = /\/join\/([A-Za-z0-9_-]+)/u.exec(trimmed);
  if (linked?.[1]) return linked[1];
  return /^[A-Za-z0-9_-]{1,64}$/u.test(trimmed) ? trimmed : null;
}
