import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { isProblem } from '@/api/problem';
import type { Booking } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { Skeleton } from '@/components/ui/skeleton';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import {
  useBookingQuery,
  useConfirmBookingMutation,
  useConfirmSeriesMutation,
  useReleaseBookingMutation,
} from './api';
import { Conflicts } from './conflicts';
import { HoldClock, useTimeLeft } from './hold-clock';
import { RepeatFields } from './repeat-fields';
import { ONCE, type Repeat, ruleOf } from './repeat';
import { WhenInFull } from './when-in-full';

interface BookFormProps {
  /** The hold. */
  id: string;
  questions: string[];
  /** It is not kept any more, and the choice is open again. */
  onGone: () => void;
}

/** The last step, while the time is kept: what the mentor asks, and the button. */
export function BookForm({ id, questions, onGone }: BookFormProps) {
  const { data: held, error, refetch } = useBookingQuery(id, { refetchOnMountOrArgChange: true });
  if (held) return <Held held={held} questions={questions} onGone={onGone} />;
  if (!error) return <Skeleton className="h-40" />;
  const isGone = isProblem(error) && error.status === 404;
  return (
    <Banner
      tone="danger"
      title={isGone ? 'This time is not kept for you.' : sortProblem(error, [], {}).form}
      action={
        <Button size="sm" variant="secondary" onClick={isGone ? onGone : () => void refetch()}>
          {isGone ? 'Choose again' : 'Try again'}
        </Button>
      }
    />
  );
}

interface HeldProps {
  held: Booking;
  questions: string[];
  onGone: () => void;
}

function Held({ held, questions, onGone }: HeldProps) {
  const [answers, setAnswers] = useState<string[]>(questions.map(() => ''));
  const [tried, setTried] = useState(false);
  const [repeat, setRepeat] = useState<Repeat>(ONCE);
  const [confirm, { isLoading: isConfirming, error: refusal }] = useConfirmBookingMutation();
  const [confirmSeries, { isLoading: isRepeating, error: conflict, reset }] =
    useConfirmSeriesMutation();
  const isLoading = isConfirming || isRepeating;
  const error = refusal ?? conflict;
  const [release, { isLoading: isLeaving }] = useReleaseBookingMutation();
  const leftMs = useTimeLeft(held.expires_at_ms ?? 0);
  const navigate = useNavigate();
  const isOver = held.state !== 'held' || leftMs === 0;

  const book = async (conflicts: 'refuse' | 'skip') => {
    setTried(true);
    if (isLoading || answers.some((answer) => answer.trim() === '')) return;
    const rrule = ruleOf(repeat);
    const { data } = rrule
      ? await confirmSeries({ id: held.id, body: { rrule, conflicts, answers } })
      : await confirm({ id: held.id, answers });
    if (!data) return;
    toast({ tone: 'success', title: 'Booked' });
    await navigate(`/bookings/${held.id}`);
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void book('refuse');
  };

  const letGo = async () => {
    const { error: refused } = await release(held.id);
    if (!refused) onGone();
  };

  return (
    <Card>
      <form noValidate onSubmit={submit} className="grid gap-5" aria-label="Book this time">
        <div className="grid gap-1">
          <p className="font-medium break-words">
            {held.title} with {held.mentor.display_name}
          </p>
          <WhenInFull startsAtMs={held.starts_at_ms} endsAtMs={held.ends_at_ms} />
          {!isOver && <HoldClock leftMs={leftMs} />}
        </div>
        {questions.map((question, index) => (
          <Field
            key={question}
            label={question}
            error={tried && !answers[index]?.trim() ? 'Write a few words.' : undefined}
          >
            {(control) => (
              <Textarea
                {...control}
                maxLength={2000}
                value={answers[index]}
                onChange={({ target }) =>
                  setAnswers((old) => old.map((text, i) => (i === index ? target.value : text)))
                }
              />
            )}
          </Field>
        ))}
        {held.seats === 1 && !isOver && (
          <RepeatFields
            value={repeat}
            onChange={(next) => {
              reset();
              setRepeat(next);
            }}
          />
        )}
        {isProblem(error) && !isOver && (
          <Conflicts problem={error} busy={isLoading} onSkip={() => void book('skip')} />
        )}
        {isOver ? (
          <Banner
            tone="danger"
            title={
              held.state === 'held' || held.state === 'expired'
                ? 'This time is not kept for you any more.'
                : 'This is booked already.'
            }
            action={
              <Button size="sm" variant="secondary" onClick={onGone}>
                Choose again
              </Button>
            }
          />
        ) : (
          <div className="flex flex-wrap gap-3">
            <Button type="submit" size="lg" busy={isLoading}>
              Book
            </Button>
            <Button size="lg" variant="secondary" busy={isLeaving} onClick={() => void letGo()}>
              Let it go
            </Button>
          </div>
        )}
      </form>
    </Card>
  );
}
