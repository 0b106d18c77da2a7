import { CircleCheck, Route, TriangleAlert, Unplug } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useCall } from '../call-context';
import { useCallState } from '../call-slice';
import type { Path } from '../engine/path';

const LOOK_EVERY_MS = 2_000;
/** Above it people talk over each other (ITU-T G.114: 150 ms one way, the others' way still to come). */
const FAR_MS = 250;

/** How sound and picture get to the server from here: known before the call, because the page is connected already. */
export function ConnectionNote() {
  const call = useCall();
  const media = useCallState((state) => state.media);
  const [path, setPath] = useState<Path | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(
    () =>
      call.on('state', (state) => {
        if (state.media === 'failed') setFailed(true);
        else if (state.media === 'connected') setFailed(false);
      }),
    [call],
  );

  useEffect(() => {
    if (media !== 'connected') return;
    let gone = false;
    const look = async () => {
      const found = await call.path();
      if (!gone) setPath(found);
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [call, media]);

  const note = words(media, path, failed);
  // Its place is kept from the beginning: what comes must not move what is about to be clicked.
  return (
    <p
      role="status"
      data-testid="connection"
      className="flex min-h-5 items-start gap-2 text-sm text-muted"
    >
      {note && (
        <>
          <note.icon className={`mt-0.5 size-4 shrink-0 ${note.colour}`} aria-hidden />
          {note.text}
        </>
      )}
    </p>
  );
}

function words(media: string, path: Path | null, failed: boolean) {
  if (media === 'connected' && path) {
    const { way, protocol, roundTripMs } = path;
    const far = roundTripMs !== null && roundTripMs > FAR_MS;
    const time = roundTripMs === null ? '' : ` · ${Math.max(1, roundTripMs)} ms`;
    if (far) {
      const text = `Connected, but far from the server${time}: answers will come late.`;
      return { icon: TriangleAlert, colour: 'text-warning', text };
    }
    if (protocol !== 'udp') {
      const by = way === 'relayed' ? 'through a relay, over TCP' : 'over TCP';
      const text = `Connected ${by}${time}. This network blocks UDP: sound and picture may lag.`;
      return { icon: TriangleAlert, colour: 'text-warning', text };
    }
    return way === 'relayed'
      ? { icon: Route, colour: 'text-success', text: `Connected through a relay${time}` }
      : { icon: CircleCheck, colour: 'text-success', text: `Good connection${time}` };
  }
  if (failed) {
    const text =
      'Sound and picture do not get through. This network may block calls: try another one, or a phone hotspot.';
    return { icon: Unplug, colour: 'text-danger', text };
  }
  if (media === 'connecting' || media === 'interrupted') {
    return { icon: Route, colour: '', text: 'Checking your connection…' };
  }
  return null;
}
