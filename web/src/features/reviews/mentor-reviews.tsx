import { lazy, Suspense } from 'react';
import { useMeQuery } from '@/api/me';
import type { MentorPage, MentorReviews as Page, Review } from '@/api/types';
import { ProfileText } from '@/components/profile-text';
import { ShowMore } from '@/components/show-more';
import { Stars } from '@/components/stars';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { When } from '@/components/when';
import { useMentorReviewsInfiniteQuery } from './api';

// Only who is signed in has it.
const TextDialog = lazy(async () => ({ default: (await import('./text-dialog')).TextDialog }));

/** What mentees say of a mentor, the rating first. */
export function MentorReviews({ mentor }: { mentor: MentorPage }) {
  const query = useMentorReviewsInfiniteQuery(mentor.slug);
  const { data, error, refetch } = query;
  const { data: me } = useMeQuery();
  if (!data && !error) return <Skeleton className="h-24" />;
  if (!data) {
    return (
      <div className="grid justify-items-start gap-3">
        <p className="text-muted">The reviews could not be loaded.</p>
        <Button size="sm" variant="secondary" onClick={() => void refetch()}>
          Try again
        </Button>
      </div>
    );
  }
  const reviews = data.pages.flatMap((page) => page.items);
  const summary = data.pages[0]?.summary;
  return (
    <div className="grid gap-6">
      {summary && summary.rating !== null ? (
        <Summary summary={summary} />
      ) : (
        <p className="text-muted">Nobody has reviewed {mentor.display_name} yet.</p>
      )}
      <ul className="grid gap-6">
        {reviews.map((review) => (
          <li key={review.id}>
            <ReviewCard
              review={review}
              mentor={mentor}
              as={
                me === undefined || me === null
                  ? 'visitor'
                  : me.id === mentor.id
                    ? 'mentor'
                    : 'member'
              }
            />
          </li>
        ))}
      </ul>
      <ShowMore query={query} className="justify-self-start">
        Show more reviews
      </ShowMore>
    </div>
  );
}

function Summary({ summary: { rating, reviews, counts, prior } }: { summary: Page['summary'] }) {
  const most = Math.max(...counts);
  return (
    <div className="flex flex-wrap items-center gap-x-8 gap-y-3">
      <div className="grid gap-1">
        <p className="flex items-center gap-2 text-lg tabular-nums">
          {rating?.toFixed(1)} <Stars rating={rating ?? 0} />
        </p>
        <p className="text-sm text-muted">
          {reviews === 1 ? '1 review' : `${reviews} reviews`}
          <span className="block">Few reviews are drawn toward {prior.toFixed(1)}.</span>
        </p>
      </div>
      <ul className="grid gap-1 text-sm">
        {[...counts.entries()].reverse().map(([index, count]) => (
          <li key={index} className="flex items-center gap-2">
            <span className="w-14 text-muted">{index === 0 ? '1 star' : `${index + 1} stars`}</span>
            <span aria-hidden className="h-2 w-28 overflow-hidden rounded-full bg-surface-3">
              <span
                className="block h-full bg-warning"
                style={{ width: `${most ? (100 * count) / most : 0}%` }}
              />
            </span>
            <span className="tabular-nums">{count}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface ReviewCardProps {
  review: Review;
  mentor: MentorPage;
  as: 'visitor' | 'member' | 'mentor';
}

function ReviewCard({ review, mentor, as }: ReviewCardProps) {
  const { author_name, rating, text, written_at_ms, edited_at_ms, reply } = review;
  return (
    <article className="grid justify-items-start gap-2" aria-label={`Review by ${author_name}`}>
      <p className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <Stars rating={rating} />
        <span className="min-w-0 font-medium break-words">{author_name}</span>
        <When ms={written_at_ms} className="text-muted" />
        {edited_at_ms !== null && <span className="text-muted">changed since</span>}
      </p>
      {text && <ProfileText text={text} className="max-w-prose" />}
      {reply !== null && (
        <div className="border-l-2 border-border pl-4">
          <p className="text-sm break-words text-muted">{mentor.display_name} replied:</p>
          <ProfileText text={reply} className="max-w-prose" />
        </div>
      )}
      {as !== 'visitor' && (
        <div className="flex min-h-8 flex-wrap gap-3">
          <Suspense>
            {as === 'mentor' && <TextDialog what="reply" review={review} />}
            <TextDialog what="report" review={review} />
          </Suspense>
        </div>
      )}
    </article>
  );
}
