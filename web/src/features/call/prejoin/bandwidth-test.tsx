import { Gauge } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { useCall } from '../call-context';
import { useCallState } from '../call-slice';
import type { Bandwidth } from '../engine/bandwidth-test';
import { type Expected, expectedQuality } from '../engine/expected-quality';

type Test = { step: 'idle' | 'running' | 'failed' } | { step: 'done'; bandwidth: Bandwidth };

/** Measures the network when asked to, and says what kind of call it carries. Joining ends it. */
export function BandwidthTest() {
  const call = useCall();
  const phase = useCallState((state) => state.phase);
  const media = useCallState((state) => state.parameters);
  const [test, setTest] = useState<Test>({ step: 'idle' });
  const running = useRef<AbortController | null>(null);

  useEffect(() => {
    // The call needs the network now.
    if (phase !== 'previewing') running.current?.abort();
  }, [phase]);
  useEffect(() => () => running.current?.abort(), []);

  const begin = async () => {
    const controller = new AbortController();
    running.current = controller;
    setTest({ step: 'running' });
    try {
      const bandwidth = await call.testBandwidth(controller.signal);
      setTest({ step: 'done', bandwidth });
    } catch {
      setTest({ step: controller.signal.aborted ? 'idle' : 'failed' });
    }
  };

  return (
    <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 text-sm">
      <Button
        type="button"
        variant="ghost"
        size="sm"
        busy={test.step === 'running'}
        onClick={() => void begin()}
        className="-ml-2"
        data-testid="test-bandwidth"
      >
        <Gauge aria-hidden />
        {test.step === 'running'
          ? 'Measuring…'
          : test.step === 'done'
            ? 'Test again'
            : 'Test bandwidth'}
      </Button>
      <p role="status" data-testid="bandwidth" className="text-muted">
        {test.step === 'done' && (
          <>
            <span className="tabular-nums">
              {`↓ ${megabits(test.bandwidth.down)} · ↑ ${megabits(test.bandwidth.up)} Mbit/s.`}
            </span>{' '}
            {media && words(expectedQuality(test.bandwidth, media))}
          </>
        )}
        {test.step === 'failed' && 'It could not be measured. Try again in a minute.'}
      </p>
    </div>
  );
}

function megabits(bps: number): string {
  const value = Math.min(bps / 1e6, 100);
  const digits = value < 10 ? 1 : 0;
  return `${bps / 1e6 > 100 ? 'over ' : ''}${value.toFixed(digits)}`;
}

const SEEN: Record<Expected, string> = {
  best: 'Others see you sharp',
  medium: 'Others see you well, not at your best',
  small: 'Others see a small picture of you',
  sound: 'Others hear you; your picture will not get through',
  none: 'Even your sound will break up',
};
const SEEING: Record<Expected, string> = {
  best: 'you see them sharp.',
  medium: 'you see them well, not at their best.',
  small: 'you see a small picture of them.',
  sound: 'you hear them without a picture.',
  none: 'you will not hear them well: try another network.',
};

function words({ seen, seeing }: { seen: Expected; seeing: Expected }): string {
  return seen === 'best' && seeing === 'best'
    ? 'Enough for everything.'
    : `${SEEN[seen]}; ${SEEING[seeing]}`;
}
