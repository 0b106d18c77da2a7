import { useEffect, useState } from 'react';
import { toast } from '@/lib/toast';
import { useCall } from './call-context';
import type { Moment } from './engine/call';

/** Says what happens to those who do not see it, and shows what would otherwise be missed. */
export function Announcer() {
  const call = useCall();
  const [lines, setLines] = useState<{ id: number; text: string }[]>([]);

  useEffect(() => {
    let id = 0;
    return call.on('moment', (moment) => {
      const text = words(moment);
      id += 1;
      const line = { id, text };
      setLines((before) => [...before.slice(-4), line]);
      if (moment.kind === 'muted' || moment.kind === 'device-lost') toast({ title: text });
    });
  }, [call]);

  return (
    <div aria-live="polite" aria-relevant="additions" className="sr-only" data-testid="announcer">
      {lines.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}

function words(moment: Moment): string {
  switch (moment.kind) {
    case 'joined':
      return `${moment.name} joined`;
    case 'left':
      return `${moment.name} left`;
    case 'hand':
      return `${moment.name} raised a hand`;
    case 'presents':
      return `${moment.name} shares a screen`;
    case 'knocks':
      return `${moment.name} is waiting to come in`;
    case 'chat':
      return `${moment.name} wrote: ${moment.text}`;
    case 'muted':
      return moment.what === 'audio'
        ? `${moment.by} muted you. You may unmute yourself.`
        : `${moment.by} turned your camera off. You may turn it on again.`;
    case 'device-lost':
      return `Your ${moment.device} stopped. Choose another one in the devices.`;
  }
}
