import { useEffect, useState } from 'react';

const IDLE_AFTER_MS = 3_000;

/** True after a stillness of three seconds: no pointer, no touch, no key, no focus moved. */
export function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const stir = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), IDLE_AFTER_MS);
    };
    const events = ['pointermove', 'pointerdown', 'keydown', 'focusin', 'wheel'] as const;
    stir();
    for (const event of events) window.addEventListener(event, stir, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const event of events) window.removeEventListener(event, stir);
    };
  }, []);
  return idle;
}
