import { useId, useState } from 'react';
import type { ModeratedReview } from '@/api/types';
import { ProfileText } from '@/components/profile-text';
import { Stars } from '@/components/stars';
import { Card } from '@/components/ui/card';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs';
import { When } from '@/components/when';
import { useTitle } from '@/lib/title';
import { useModeratedReviewsInfiniteQuery } from './api';
import { ModerateDialog } from './moderate-dialog';
import { WaitingList } from './waiting-list';

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
  const query = useModeratedReviewsInfiniteQuery(queue, { refetchOnMountOrArgChange: true });
  const empty =
    queue === 'reported'
      ? { title: 'Nothing is reported', text: 'Reviews that somebody reports show up here.' }
      : {
          title: 'Nothing is hidden',
          text: 'Reviews that were taken off the pages show up here.',
        };
  return (
    <WaitingList query={query} items="reviews" empty={empty} keyOf={({ id }) => id}>
      {(review) => <ReviewCard review={review} />}
    </WaitingList>
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
              {reporter.display_name} reported it, <When ms={reported_at_ms} inText />:
            </p>
            <ProfileText text={reason} />
          </div>
        ))}
        {history.map(({ what, admin, reason, at_ms }) => (
          <div key={at_ms} className="grid gap-1 text-sm">
            <p className="break-words text-muted">
              {what === 'hidden' ? 'Hidden' : what === 'restored' ? 'Put back' : 'Kept'} by{' '}
              {admin.display_name}, <When ms={at_ms} inText />:
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
