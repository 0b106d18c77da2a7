import { Check, Circle } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useMeQuery } from '@/api/me';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { cn } from '@/lib/cn';
import { useCopy } from '@/lib/use-copy';
import { useMyAvailabilityQuery, useMyOfferingsQuery } from './api';
import { nextStep, stepsOf } from './steps';

const SHARED = 'facementor.shared-page';

function wasShared(): boolean {
  try {
    return localStorage.getItem(SHARED) !== null;
  } catch {
    return false;
  }
}

function noteShared(): void {
  try {
    localStorage.setItem(SHARED, 'yes');
  } catch {
    // Storage is blocked: the step is then offered again.
  }
}

/** From the first word of a profile to the first booking, a step at a time. Gone once all are done. */
export function Checklist() {
  const { data: me } = useMeQuery();
  const isApproved = me?.mentor?.status === 'approved';
  const { data: hours } = useMyAvailabilityQuery(undefined, { skip: !isApproved });
  const { data: offerings } = useMyOfferingsQuery(undefined, { skip: !isApproved });
  const [shared, setShared] = useState(wasShared);
  const slug = me?.mentor?.slug;
  const { copied, copy } = useCopy(`${window.location.origin}/mentors/${slug ?? ''}`);
  if (!me?.mentor || (isApproved && (!hours || !offerings))) return null;
  const steps = stepsOf({ mentor: me.mentor, hours, offerings, shared });
  const next = nextStep(steps);
  if (!next) return null;
  const done = steps.filter((step) => step.isDone).length;
  return (
    <section aria-labelledby="checklist" className="grid gap-3">
      <h2 id="checklist" className="text-lg">
        Get ready to be booked{' '}
        <span className="text-sm font-normal text-muted">
          {done} of {steps.length} done
        </span>
      </h2>
      <Card className="p-0">
        <ol className="divide-y divide-border">
          {steps.map((step) => (
            <li key={step.id} className="flex flex-wrap items-center gap-3 p-4">
              {step.isDone ? (
                <Check className="size-5 text-success" aria-hidden />
              ) : (
                <Circle className="size-5 text-muted" aria-hidden />
              )}
              <div className="min-w-0 flex-1 basis-48">
                <p className={cn('font-medium', step.isDone && 'text-muted')}>
                  {step.title}
                  {step.isDone && <span className="sr-only"> (done)</span>}
                </p>
                {!step.isDone && <p className="text-sm text-muted">{step.more}</p>}
              </div>
              {step === next && step.to && (
                <Button size="sm" asChild>
                  <Link to={step.to}>{step.action}</Link>
                </Button>
              )}
              {step === next && step.id === 'share' && (
                <Button
                  size="sm"
                  onClick={() => {
                    void copy();
                    noteShared();
                    setShared(true);
                  }}
                >
                  {copied ? 'Copied' : 'Copy the link'}
                </Button>
              )}
            </li>
          ))}
        </ol>
      </Card>
    </section>
  );
}
