import { use, useEffect, useState } from 'react';
import { RoomKeyContext } from '../call-context';
import { safetyNumber } from '../engine/e2ee/safety-number';

/** The call's safety number; null without a key, and for the moment it takes to derive it. */
export function useSafetyNumber(): string | null {
  const key = use(RoomKeyContext);
  const [found, setFound] = useState<{ key: string; number: string } | null>(null);
  useEffect(() => {
    if (key) void safetyNumber(key).then((number) => setFound({ key, number }));
  }, [key]);
  return found?.key === key ? (found?.number ?? null) : null;
}
