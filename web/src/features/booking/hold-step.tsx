import { isProblem } from '@/api/problem';
import type { Offering } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { useHoldOpeningMutation } from './api';
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

/** A time is chosen: it is kept from here on, while what the mentor asks is answered. */
export function HoldStep({ offering, opening, onHeld, onOther }: HoldStepProps) {
  const [hold, { isLoading, error, reset }] = useHoldOpeningMutation();

  const take = async () => {
    const body = { offering_id: offering.id, starts_at_ms: opening.starts_at_ms };
    const { data } = await hold(body);
    if (data) onHeld(data.id);
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
            reset();
            onOther(starts);
          }}
        />
      )}
      <Button size="lg" busy={isLoading} className="justify-self-start" onClick={() => void take()}>
        Continue
      </Button>
    </Card>
  );
}
