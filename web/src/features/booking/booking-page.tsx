import { skipToken } from '@reduxjs/toolkit/query';
import { Suspense, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { API_URL } from '@/api/config';
import { isProblem } from '@/api/problem';
import type { Booking } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { When } from '@/components/when';
import { sortProblem } from '@/lib/form-problem';
import { serverNow } from '@/lib/server-clock';
import { useTitle } from '@/lib/title';
import { useBookingQuery, useMentorOfferingsQuery } from './api';
import { BookingState, company, isAhead, otherOf } from './booking-state';
import { price } from '@/lib/money';
import {
  AttendanceSection,
  BookForm,
  CancelDialog,
  GroupList,
  MoveDialog,
  NotesSection,
  ProposalCard,
  ProposeDialog,
  ReviewSection,
  SeriesList,
} from './later';
import { WayIn } from './way-in';
import { WhenInFull } from './when-in-full';

const REFRESH_MS = 30_000;

/** One booking: when, with whom, the way in, and what happened to it. */
export function BookingPage() {
  const { id = '' } = useParams();
  const { data, error, refetch } = useBookingQuery(id, {
    refetchOnMountOrArgChange: true,
    refetchOnFocus: true,
    pollingInterval: REFRESH_MS,
    skipPollingIfUnfocused: true,
  });
  useTitle(data?.title ?? 'Booking');
  if (data) {
    return (
      <Suspense fallback={<Loading />}>
        {data.state === 'held' ? <HeldSeat booking={data} /> : <Details booking={data} />}
      </Suspense>
    );
  }
  if (!error) return <Loading />;
  const gone = isProblem(error) && error.status === 404;
  return (
    <div className="mx-auto grid w-full max-w-md justify-items-center gap-4 px-4 py-20 text-center">
      <h1 className="text-xl">
        {gone ? 'There is no such booking' : 'This page could not be loaded'}
      </h1>
      <p className="text-muted">{gone ? 'Or it is not yours.' : sortProblem(error, [], {}).form}</p>
      {gone ? (
        <Button asChild>
          <Link to="/bookings">My bookings</Link>
        </Button>
      ) : (
        <Button onClick={() => void refetch()}>Try again</Button>
      )}
    </div>
  );
}

function Loading() {
  return (
    <div role="status" aria-label="Loading" className="mx-auto w-full max-w-3xl px-4 py-14">
      <Skeleton className="h-56" />
    </div>
  );
}

/** What is held is not booked yet: the last step, wherever one comes from. */
function HeldSeat({ booking }: { booking: Booking }) {
  const slug = booking.mentor_slug;
  const { data: offerings } = useMentorOfferingsQuery(slug ?? skipToken);
  const offering = offerings?.find(({ id }) => id === booking.offering_id);
  const navigate = useNavigate();
  return (
    <article className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <header className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 text-xl break-words">{booking.title}</h1>
        <BookingState state={booking.state} />
      </header>
      {slug && !offerings ? (
        <Skeleton className="h-40" />
      ) : (
        <BookForm
          id={booking.id}
          questions={offering?.questions ?? []}
          onGone={() => void navigate(slug ? `/mentors/${slug}` : '/bookings')}
        />
      )}
    </article>
  );
}

function Details({ booking }: { booking: Booking }) {
  const ahead = isAhead(booking);
  return (
    <article className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <header className="grid gap-2">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="min-w-0 text-xl break-words">{booking.title}</h1>
          <BookingState state={booking.state} />
        </div>
        <p className="text-lg break-words text-muted">
          with{' '}
          {booking.you === 'mentee' && booking.mentor_slug ? (
            <Link className="text-accent underline" to={`/mentors/${booking.mentor_slug}`}>
              {otherOf(booking)}
            </Link>
          ) : (
            company(otherOf(booking), Math.max(booking.group.length - 1, 0))
          )}
        </p>
      </header>
      <Card className="grid gap-4">
        <WhenInFull startsAtMs={booking.starts_at_ms} endsAtMs={booking.ends_at_ms} />
        <p className="text-sm text-muted">{price(booking.price_minor, booking.currency)}</p>
        {ahead && <WayIn booking={booking} />}
        {ahead && (
          <p>
            <a
              className="text-accent underline"
              href={`${API_URL}/api/bookings/${booking.id}/calendar.ics`}
            >
              Add to my calendar
            </a>
          </p>
        )}
        {ahead && (
          <Suspense fallback={<Skeleton className="h-10" />}>
            <Changes booking={booking} />
          </Suspense>
        )}
      </Card>
      <Suspense fallback={<Skeleton className="h-24" />}>
        {ahead && booking.proposal && (
          <ProposalCard booking={booking} proposal={booking.proposal} />
        )}
        {booking.group.length > 0 && <GroupList booking={booking} />}
        {booking.series_id && <SeriesList id={booking.series_id} current={booking.id} />}
      </Suspense>
      {booking.answers.length > 0 && (
        <section className="grid gap-3">
          <h2 className="text-lg">
            {booking.you === 'mentee'
              ? 'What you wrote'
              : `What ${booking.mentee.display_name} wrote`}
          </h2>
          <dl className="grid gap-3">
            {booking.answers.map(({ question, answer }) => (
              <div key={question}>
                <dt className="text-sm text-muted">{question}</dt>
                <dd className="break-words whitespace-pre-line">{answer}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <Suspense fallback={<Skeleton className="h-24" />}>
        {booking.state !== 'cancelled' && <NotesSection session={booking.session_id} />}
        {booking.state === 'completed' && <ReviewSection booking={booking} />}
        {['live', 'completed', 'no_show'].includes(booking.state) && (
          <AttendanceSection booking={booking} />
        )}
      </Suspense>
      <History booking={booking} />
    </article>
  );
}

function Changes({ booking }: { booking: Booking }) {
  const [now] = useState(serverNow);
  const isLate = booking.you === 'mentee' && now > booking.free_cancellation_until_ms;
  const hasBegun = now >= booking.starts_at_ms;
  const mayPropose = booking.seats === 1 && !hasBegun && !booking.proposal;
  const mayMove = booking.you === 'mentee' ? !isLate : booking.seats > 1 && !hasBegun;
  return (
    <div className="grid gap-3">
      {booking.you === 'mentee' && (
        <p className="text-sm text-muted">
          {isLate ? 'It could be cancelled or moved until ' : 'You can cancel or move it until '}
          <When ms={booking.free_cancellation_until_ms} inText />.
          {isLate && ' Only your mentor can cancel it now'}
          {isLate && (mayPropose ? '; you can ask for another time.' : '.')}
        </p>
      )}
      <div className="flex flex-wrap gap-3">
        {mayMove && <MoveDialog booking={booking} />}
        {(booking.you === 'mentor' || isLate) && mayPropose && <ProposeDialog booking={booking} />}
        {!isLate && <CancelDialog booking={booking} />}
      </div>
    </div>
  );
}

const DEEDS = {
  held: 'Held',
  offered: 'Held for whoever waited',
  expired: 'Not confirmed in time',
  released: 'Let go',
  booked: 'Booked',
  rescheduled: 'Moved',
  proposed: 'Other times proposed',
  declined: 'Proposal declined',
  withdrawn: 'Proposal taken back',
  proposal_expired: 'Proposal ran out',
  cancelled: 'Cancelled',
  completed: 'Completed',
  no_show: 'Missed',
  disputed: 'Disputed',
  upheld: 'Stays as it is, decided',
  ruled_completed: 'Took place, decided',
  ruled_no_show: 'Missed, decided',
} as const;

function History({ booking }: { booking: Booking }) {
  const names = {
    mentor: booking.mentor.display_name,
    mentee: booking.mentee.display_name,
    rule: undefined,
    admin: 'an administrator',
  };
  return (
    <section className="grid gap-3">
      <h2 className="text-lg">What happened</h2>
      <ol className="grid gap-2">
        {booking.history.map(({ at_ms, what, by, reason }, index) => (
          <li key={index} className="flex flex-wrap gap-x-3 text-sm">
            <When ms={at_ms} className="text-muted" />
            <span className="min-w-0 break-words">
              {DEEDS[what]}
              {names[by] && ` by ${names[by]}`}
              {reason && `: ${reason}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
