import { useState } from 'react';
import { Link } from 'react-router';
import { isProblem } from '@/api/problem';
import type { Offering } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent } from '@/components/ui/dialog';
import { Skeleton } from '@/components/ui/skeleton';
import { price } from '@/lib/money';
import { sortProblem } from '@/lib/form-problem';
import { useTitle } from '@/lib/title';
import { toast } from '@/lib/toast';
import { useChangeOfferingMutation, useMyOfferingsQuery } from './api';
import { NotAMentor } from './not-a-mentor';
import { OfferingForm } from './offering-form';
import { formOf, termsOf } from './terms';

/** What a mentor offers. */
export function OfferingsPage() {
  useTitle('What I offer');
  const { data, error, refetch } = useMyOfferingsQuery();
  const [edited, setEdited] = useState<Offering | 'new'>();
  if (isProblem(error) && error.code === 'mentor_required') return <NotAMentor />;
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h1 className="text-xl">What I offer</h1>
        <div className="flex flex-wrap gap-3">
          <Button variant="secondary" asChild>
            <Link to="/availability">When I can be booked</Link>
          </Button>
          <Button onClick={() => setEdited('new')}>Offer something</Button>
        </div>
      </div>
      {!data && !error && <Skeleton className="h-40" />}
      {!data && error && (
        <LoadFailed title="Your offerings could not be loaded." error={error} onRetry={refetch} />
      )}
      {data?.length === 0 && (
        <p className="text-muted">
          Nothing yet. Offer half an hour, say when you are free, and people can book it on your
          page.
        </p>
      )}
      {data && data.length > 0 && (
        <ul className="divide-y divide-border rounded-md border border-border bg-surface">
          {data.map((offering) => (
            <Row key={offering.id} offering={offering} onEdit={() => setEdited(offering)} />
          ))}
        </ul>
      )}
      <Dialog open={!!edited} onOpenChange={(open) => !open && setEdited(undefined)}>
        <DialogContent
          title={edited === 'new' ? 'Offer something' : 'Change what you offer'}
          description="What is booked already keeps the terms it was booked by."
          className="max-w-xl"
        >
          <OfferingForm
            offering={edited === 'new' ? undefined : edited}
            onDone={() => setEdited(undefined)}
          />
        </DialogContent>
      </Dialog>
    </div>
  );
}

function Row({ offering, onEdit }: { offering: Offering; onEdit: () => void }) {
  const [change, { isLoading }] = useChangeOfferingMutation();
  const turn = async () => {
    const terms = termsOf(formOf(offering), !offering.is_active);
    const { error } = await change({ id: offering.id, ...terms });
    if (error) {
      const detail = sortProblem(error, [], {}).form;
      toast({ tone: 'danger', title: 'Nothing has changed', detail });
    }
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 p-4">
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2 font-medium break-words">
          {offering.title} {!offering.is_active && <Badge>Hidden</Badge>}
        </p>
        <p className="text-sm text-muted">
          {offering.minutes} min · {price(offering.price_minor, offering.currency)}
          {offering.seats > 1 && ` · up to ${offering.seats} people`}
        </p>
      </div>
      <Button
        size="sm"
        variant="secondary"
        aria-label={`Change ${offering.title}`}
        onClick={onEdit}
      >
        Change
      </Button>
      <Button
        size="sm"
        variant="ghost"
        aria-label={`${offering.is_active ? 'Hide' : 'Show'} ${offering.title}`}
        busy={isLoading}
        onClick={() => void turn()}
      >
        {offering.is_active ? 'Hide' : 'Show'}
      </Button>
    </li>
  );
}
