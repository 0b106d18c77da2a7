import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { useCall } from '../call-context';
import { useCallState } from '../call-slice';
import { problemWords } from '../problem-words';

/** What is wrong with camera and microphone, and the way out. Nothing when all is well. */
export function ProblemNotes() {
  const call = useCall();
  const { microphone, camera } = useCallState((state) => state.local);
  const same = microphone.problem !== null && microphone.problem === camera.problem;

  const retry = (device: 'microphone' | 'camera') => {
    if (same) void call.openDevices();
    else if (device === 'microphone') void call.local.retry('microphone');
    else void call.local.retry('camera');
  };

  const notes = [
    { device: 'camera', problem: camera.problem },
    { device: 'microphone', problem: same ? null : microphone.problem },
  ] as const;
  return notes.map(({ device, problem }) => {
    if (!problem) return null;
    const words = problemWords(device, problem);
    const both = same && device === 'camera';
    return (
      <Banner
        key={device}
        tone="warning"
        title={both ? bothTitle(words.title) : words.title}
        action={
          words.retry && (
            <Button variant="secondary" size="sm" onClick={() => retry(device)}>
              Try again
            </Button>
          )
        }
      >
        <span data-testid={`problem-${device}`} data-problem={problem}>
          {both
            ? words.text.replace('You can join without it.', 'You can join without both.')
            : words.text}
        </span>
      </Banner>
    );
  });
}

/** "Your camera is blocked" for camera and microphone together. */
function bothTitle(title: string): string {
  return title
    .replace('camera', 'camera and microphone')
    .replace(/\bis\b/u, 'are')
    .replace('does not', 'do not')
    .replace('No camera and', 'No camera or');
}
