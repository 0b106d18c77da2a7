/** Gives the person a file, as a download. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // Browsers have begun to read it by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
