import { useEffect, useState } from 'react';
import type { ParticipantId } from '../engine/protocol';
import { focusDueIn, NO_FOCUS, nextFocus } from './focus';

/** Who of the others is large now, because they speak or spoke last. */
export function useFocus(
  speakers: readonly ParticipantId[],
  present: readonly ParticipantId[],
): ParticipantId | null {
  const [focus, setFocus] = useState(NO_FOCUS);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      setFocus((before) => {
        const next = nextFocus(before, speakers, present, performance.now());
        const due = focusDueIn(next, performance.now());
        clearTimeout(timer);
        if (due !== null) timer = setTimeout(look, due);
        return next;
      });
    };
    look();
    return () => clearTimeout(timer);
  }, [speakers, present]);

  return focus.shown !== null && present.includes(focus.shown) ? focus.shown : null;
}
