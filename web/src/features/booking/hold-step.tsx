import { useNavigate } from 'react-router';
import { isProblem } from '@/api/problem';
import type { Offering } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { toast } from '@/lib/toast';
import { useBookMutation, useHoldOpeningMutation } from './api';
import type { Opening } from './days';
import { Refusal } from './refusal';
import { WhenInFull } from './when-in-full';

interface HoldStepProps {
  offering: Offering;
  opening: Opening;
  onHeld: (id: string) => void;
  /** Another time is taken instead. */
  onOther: (startsAtMs: number) => void;
}

/**
 * A time is chosen. Where the mentor asks nothing it is booked at once; else, and for a series, it is kept from here on
 * while the rest is filled in.
 */
export function HoldStep({ offering, opening, onHeld, onOther }: HoldStepProps) {
  const [hold, holding] = useHoldOpeningMutation();
  const [book, booking] = useBookMutation();
  const navigate = useNavigate();
  const error = holding.error ?? booking.error;
  const isAsking = offering.questions.length > 0;
  const body = { offering_id: offering.id, starts_at_ms: opening.starts_at_ms };

  const take = async () => {
    booking.reset();
    const { data } = await hold(body);
    if (data) onHeld(data.id);
  };

  const bookNow = async () => {
    holding.reset();
    const { data } = await book(body);
    if (!data) return;
    toast({ tone: 'success', title: 'Booked' });
    await navigate(`/bookings/${data.id}`);
  };

  return (
    <Card className="grid gap-5">
      <div className="grid gap-1">
        <p className="font-medium break-words">
          {offering.title} with {offering.mentor.display_name}
        </p>
        <WhenInFull startsAtMs={opening.starts_at_ms} endsAtMs={opening.ends_at_ms} />
      </div>
      {isProblem(error) && (
        <Refusal
          problem={error}
          onOther={(starts) => {
            holding.reset();
            booking.reset();
            onOther(starts);
          }}
        />
      )}
      <div className="flex flex-wrap gap-3">
        {!isAsking && (
          <Button size="lg" busy={booking.isLoading} onClick={() => void bookNow()}>
            Book
          </Button>
        )}
        {isAsking && (
          <Button size="lg" busy={holding.isLoading} onClick={() => void take()}>
            Continue
          </Button>
        )}
        {!isAsking && offering.seats === 1 && (
          <Button
            size="lg"
            variant="secondary"
            busy={holding.isLoading}
            onClick={() => void take()}
          >
            Book several weeks…
          </Button>
        )}
      </div>
    </Card>
  );
}
