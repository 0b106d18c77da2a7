import { useId, useState } from 'react';
import type { ModeratedReview } from '@/api/types';
import { ProfileText } from '@/components/profile-text';
import { Stars } from '@/components/stars';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs';
import { When } from '@/components/when';
import { sortProblem } from '@/lib/form-problem';
import { useTitle } from '@/lib/title';
import { useModeratedReviewsInfiniteQuery } from './api';
import { ModerateDialog } from './moderate-dialog';

type Queue = 'reported' | 'hidden';

/** Reviews that people reported, and those that are hidden, for administrators. */
export function ReviewsPage() {
  useTitle('Reviews');
  const [queue, setQueue] = useState<Queue>('reported');
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <h1 className="text-xl">Reviews</h1>
      <Tabs
        value={queue}
        onValueChange={(value) => setQueue(value as Queue)}
        className="grid gap-6"
      >
        <TabsList aria-label="Which reviews">
          <TabsTrigger value="reported">Reported</TabsTrigger>
          <TabsTrigger value="hidden">Hidden</TabsTrigger>
        </TabsList>
        <TabsContent value="reported" className="grid gap-4">
          <ReviewList queue="reported" />
        </TabsContent>
        <TabsContent value="hidden" className="grid gap-4">
          <ReviewList queue="hidden" />
        </TabsContent>
      </Tabs>
    </div>
  );
}

function ReviewList({ queue }: { queue: Queue }) {
  const { data, error, isLoading, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useModeratedReviewsInfiniteQuery(queue, { refetchOnMountOrArgChange: true });
  if (isLoading) return <Skeleton className="h-56" />;
  if (error && !data) {
    return (
      <Banner
        tone="danger"
        title="The reviews could not be loaded."
        action={
          <Button size="sm" variant="secondary" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      >
        {sortProblem(error, [], {}).form}
      </Banner>
    );
  }
  const reviews = data?.pages.flatMap((page) => page.items) ?? [];
  if (reviews.length === 0) {
    return (
      <Card className="grid gap-2 p-8">
        <h2 className="text-lg">
          {queue === 'reported' ? 'Nothing is reported' : 'Nothing is hidden'}
        </h2>
        <p className="text-muted">
          {queue === 'reported'
            ? 'Reviews that somebody reports show up here.'
            : 'Reviews that were taken off the pages show up here.'}
        </p>
      </Card>
    );
  }
  return (
    <>
      <ul className="grid gap-4">
        {reviews.map((review) => (
          <li key={review.id}>
            <ReviewCard review={review} />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button
          variant="secondary"
          className="justify-self-center"
          busy={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show more reviews
        </Button>
      )}
    </>
  );
}

function ReviewCard({ review }: { review: ModeratedReview }) {
  const { author, mentor, rating, text, written_at_ms, reply, hidden_reason, reports, history } =
    review;
  const titleId = useId();
  return (
    <Card>
      <article aria-labelledby={titleId} className="grid gap-4">
        <header className="grid gap-1">
          <h2 id={titleId} className="text-lg break-words">
            {author.display_name} about {mentor.display_name}
          </h2>
          <p className="flex flex-wrap items-center gap-3 text-sm">
            <Stars rating={rating} />
            <When ms={written_at_ms} className="text-muted" />
          </p>
        </header>
        {text && <ProfileText text={text} />}
        {reply !== null && (
          <div className="border-l-2 border-border pl-4">
            <p className="text-sm break-words text-muted">{mentor.display_name} replied:</p>
            <ProfileText text={reply} />
          </div>
        )}
        {reports.map(({ reporter, reason, reported_at_ms }) => (
          <div key={reporter.id} className="grid gap-1 text-sm">
            <p className="break-words text-muted">
              {reporter.display_name} reported it, <When ms={reported_at_ms} />:
            </p>
            <ProfileText text={reason} />
          </div>
        ))}
        {history.map(({ what, admin, reason, at_ms }) => (
          <div key={at_ms} className="grid gap-1 text-sm">
            <p className="break-words text-muted">
              {what === 'hidden' ? 'Hidden' : what === 'restored' ? 'Put back' : 'Kept'} by{' '}
              {admin.display_name}, <When ms={at_ms} />:
            </p>
            <ProfileText text={reason} />
          </div>
        ))}
        <div className="flex flex-wrap gap-3">
          {hidden_reason === null ? (
            <>
              <ModerateDialog review={review.id} what="keep" />
              <ModerateDialog review={review.id} what="hide" />
            </>
          ) : (
            <ModerateDialog review={review.id} what="restore" />
          )}
        </div>
      </article>
    </Card>
  );
}
