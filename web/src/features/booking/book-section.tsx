import { RadioGroup } from 'radix-ui';
import { Suspense, useId } from 'react';
import { Link, useLocation, useSearchParams } from 'react-router';
import { useMeQuery } from '@/api/me';
import type { MentorPage, Offering } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { withReturnTo } from '@/lib/return-to';
import { useMentorOfferingsQuery, useNextOpeningsQuery, useReleaseBookingMutation } from './api';
import type { Opening } from './days';
import { price } from '@/lib/money';
import { BookForm, HoldStep, WaitStep } from './later';
import { NextOpenings } from './next-openings';
import { OpeningPicker } from './opening-picker';

const MINUTE_MS = 60_000;

/** Asks for what `BookSection` shows first; whether the answers are there, good or bad. */
export function useBookable(slug: string): boolean {
  const offerings = useMentorOfferingsQuery(slug);
  const next = useNextOpeningsQuery(slug);
  return !offerings.isLoading && !next.isLoading;
}

/** What can be booked with a mentor, and when. What is chosen stands in the address, and survives signing in. */
export function BookSection({ mentor }: { mentor: MentorPage }) {
  const { data: offerings, error, refetch } = useMentorOfferingsQuery(mentor.slug);
  const { data: me } = useMeQuery();
  const [params, setParams] = useSearchParams();
  // Whoever has not chosen yet sees the times of the first that can be booked at once: a decision less.
  const offering =
    offerings?.find(({ id }) => id === params.get('offering')) ??
    offerings?.find(({ price_minor }) => price_minor === 0) ??
    offerings?.[0];
  const at = Number(params.get('at'));
  const isFull = params.get('full') !== null;
  const chosen = offering && at > 0 ? openingAt(offering, at, isFull ? 0 : 1) : undefined;

  const hold = params.get('hold');
  const [release] = useReleaseBookingMutation();

  const choose = (next: { offering: string; at?: number; hold?: string; full?: string }) => {
    // Whoever chooses again needs the one before no more.
    if (hold && next.hold !== hold) void release(hold);
    setParams(
      (old) => {
        const changed = new URLSearchParams(old);
        changed.set('offering', next.offering);
        for (const [name, value] of Object.entries({
          at: next.at,
          hold: next.hold,
          full: next.full,
        })) {
          if (value) changed.set(name, String(value));
          else changed.delete(name);
        }
        return changed;
      },
      { replace: true, preventScrollReset: true },
    );
  };

  if (error && !offerings) {
    return (
      <LoadFailed title="What can be booked could not be loaded." error={error} onRetry={refetch} />
    );
  }
  if (!offerings) return <Skeleton className="h-24" />;
  if (offerings.length === 0) {
    return <p className="text-muted">{mentor.display_name} has nothing to book at the moment.</p>;
  }
  const isOwn = me?.id === mentor.id;
  return (
    <div className="grid gap-6">
      <NextOpenings
        slug={mentor.slug}
        isChosen={(next) =>
          next.offering_id === offering?.id && next.starts_at_ms === chosen?.starts_at_ms
        }
        onChoose={(next) => choose({ offering: next.offering_id, at: next.starts_at_ms })}
      />
      <Choices
        offerings={offerings}
        value={offering?.id}
        onChoose={(id) => choose({ offering: id })}
      />
      {offering?.price_minor === 0 && (
        <OpeningPicker
          key={offering.id}
          offering={offering.id}
          show="all"
          chosen={chosen}
          onChoose={(opening) =>
            choose({
              offering: offering.id,
              ...(opening && { at: opening.starts_at_ms }),
              ...(opening?.seats_left === 0 && { full: '1' }),
            })
          }
        />
      )}
      {offering && offering.price_minor > 0 && (
        <Banner title="This cannot be booked here yet.">
          Paying is not set up on this server. Ask {mentor.display_name} for another way.
        </Banner>
      )}
      {offering && chosen && isOwn && <Banner>This is what others can book with you.</Banner>}
      <Suspense fallback={<Skeleton className="h-24" />}>
        {offering && chosen && me && !isOwn && offering.price_minor === 0 && isFull && (
          <WaitStep key={chosen.starts_at_ms} offering={offering} opening={chosen} />
        )}
        {offering && chosen && me && !isOwn && offering.price_minor === 0 && !hold && !isFull && (
          <HoldStep
            key={chosen.starts_at_ms}
            offering={offering}
            opening={chosen}
            onHeld={(id) => choose({ offering: offering.id, at: chosen.starts_at_ms, hold: id })}
            onOther={(at) => choose({ offering: offering.id, at })}
          />
        )}
        {offering && chosen && me && !isOwn && hold && (
          <BookForm
            key={hold}
            id={hold}
            questions={offering.questions}
            onGone={() => choose({ offering: offering.id })}
          />
        )}
      </Suspense>
      {chosen && me === null && <SignInToBook />}
    </div>
  );
}

/** What an address says of a time; whether it is free the server decides. */
export function openingAt(offering: Offering, at: number, seats_left = 1): Opening {
  return { starts_at_ms: at, ends_at_ms: at + offering.minutes * MINUTE_MS, seats_left };
}

function SignInToBook() {
  const { pathname, search } = useLocation();
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button asChild size="lg">
        <Link to={withReturnTo('/sign-in', pathname + search)}>Sign in to book</Link>
      </Button>
      <p className="text-sm text-muted">Your choice is kept.</p>
    </div>
  );
}

interface ChoicesProps {
  offerings: Offering[];
  value: string | undefined;
  onChoose: (id: string) => void;
}

/** What can be booked, to choose one. */
export function Choices({ offerings, value, onChoose }: ChoicesProps) {
  const id = useId();
  return (
    <RadioGroup.Root
      aria-label="What to book"
      value={value ?? ''}
      onValueChange={onChoose}
      className="grid gap-3 sm:grid-cols-2"
    >
      {offerings.map((offering) => (
        <RadioGroup.Item
          key={offering.id}
          value={offering.id}
          aria-labelledby={`${id}-${offering.id}`}
          aria-describedby={`${id}-${offering.id}-more`}
          className="grid content-start gap-1 rounded-md border border-edge/60 bg-surface p-4 text-left hover:bg-surface-2 data-[state=checked]:border-accent data-[state=checked]:ring-2 data-[state=checked]:ring-accent"
        >
          <span id={`${id}-${offering.id}`} className="font-medium break-words">
            {offering.title}
          </span>
          <span id={`${id}-${offering.id}-more`} className="grid gap-1 text-sm text-muted">
            <span>
              {offering.minutes} min · {price(offering.price_minor, offering.currency)}
              {offering.seats > 1 && ` · up to ${offering.seats} people`}
            </span>
            {offering.description && (
              <span className="break-words whitespace-pre-line">{offering.description}</span>
            )}
          </span>
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
