import { useEffect, useRef } from 'react';

/** Keys of the call page, for its list. */
export const SHORTCUTS = [
  { key: 'M', does: 'Mute or unmute' },
  { key: 'V', does: 'Camera on or off' },
  { key: 'S', does: 'Share your screen, or stop' },
  { key: 'H', does: 'Raise or lower your hand' },
  { key: 'C', does: 'Open or close the chat' },
  { key: 'P', does: 'Open or close the people list' },
  { key: 'F', does: 'Full screen' },
  { key: 'G', does: 'Grid or speaker view' },
  { key: '?', does: 'This list' },
] as const;

/** Runs an action at a key, unless somebody is typing, a dialog is open, or the key belongs to a combination. */
export function useShortcuts(actions: Record<string, () => void>): void {
  const current = useRef(actions);
  useEffect(() => {
    current.current = actions;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.defaultPrevented || isTyping(event.target)) return;
      const action = current.current[event.key.toLowerCase()];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.closest(
      'input, textarea, select, [role="dialog"], [role="menu"], [role="listbox"], [role="combobox"]',
    ) !== null
  );
}
