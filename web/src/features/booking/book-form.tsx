import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { isProblem } from '@/api/problem';
import type { Offering } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { toast } from '@/lib/toast';
import { useBookMutation } from './api';
import type { Opening } from './days';
import { Refusal } from './refusal';
import { WhenInFull } from './when-in-full';

interface BookFormProps {
  offering: Offering;
  opening: Opening;
  /** Another time is taken instead. */
  onOther: (startsAtMs: number) => void;
}

/** The last step: what the mentor asks, and the button. */
export function BookForm({ offering, opening, onOther }: BookFormProps) {
  const [answers, setAnswers] = useState<string[]>(offering.questions.map(() => ''));
  const [tried, setTried] = useState(false);
  const [book, { isLoading, error, reset }] = useBookMutation();
  const navigate = useNavigate();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isLoading || answers.some((answer) => answer.trim() === '')) return;
    const body = { offering_id: offering.id, starts_at_ms: opening.starts_at_ms, answers };
    const { data } = await book(body);
    if (!data) return;
    toast({ tone: 'success', title: 'Booked' });
    await navigate(`/bookings/${data.id}`);
  };

  return (
    <Card>
      <form noValidate onSubmit={submit} className="grid gap-5" aria-label="Book this time">
        <div className="grid gap-1">
          <p className="font-medium break-words">
            {offering.title} with {offering.mentor.display_name}
          </p>
          <WhenInFull startsAtMs={opening.starts_at_ms} endsAtMs={opening.ends_at_ms} />
        </div>
        {offering.questions.map((question, index) => (
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
        {isProblem(error) && (
          <Refusal
            problem={error}
            onOther={(starts) => {
              reset();
              onOther(starts);
            }}
          />
        )}
        <Button type="submit" size="lg" busy={isLoading} className="justify-self-start">
          Book
        </Button>
      </form>
    </Card>
  );
}
