/** Copies text; false where the browser refuses, which plain HTTP and strict permissions do. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
