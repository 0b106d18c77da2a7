import { Link } from 'react-router';
import { isProblem } from '@/api/problem';
import type { Offering } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { sortProblem } from '@/lib/form-problem';
import { useJoinWaitlistMutation } from './api';
import type { Opening } from './days';
import { WhenInFull } from './when-in-full';

interface WaitStepProps {
  offering: Offering;
  opening: Opening;
}

/** A group session that is full: one may wait for a seat. */
export function WaitStep({ offering, opening }: WaitStepProps) {
  const [join, { isLoading, error, data: wait }] = useJoinWaitlistMutation();
  const body = { offering_id: offering.id, starts_at_ms: opening.starts_at_ms };
  return (
    <Card className="grid gap-5">
      <div className="grid gap-1">
        <p className="font-medium break-words">
          {offering.title} with {offering.mentor.display_name}
        </p>
        <WhenInFull startsAtMs={opening.starts_at_ms} endsAtMs={opening.ends_at_ms} />
      </div>
      {wait ? (
        <Banner
          tone="success"
          title={`You are number ${wait.position} in line.`}
          action={
            <Button size="sm" variant="secondary" asChild>
              <Link to="/bookings">My bookings</Link>
            </Button>
          }
        >
          We write to you when a seat is free.
        </Banner>
      ) : (
        <>
          <p>
            All seats are taken. When one becomes free, the first in line gets a letter, and some
            time to take it.
          </p>
          {isProblem(error) && <Banner tone="danger" title={sortProblem(error, [], {}).form} />}
          <Button
            size="lg"
            busy={isLoading}
            className="justify-self-start"
            onClick={() => void join(body)}
          >
            Wait for a seat
          </Button>
        </>
      )}
    </Card>
  );
}
