import { lazy, Suspense } from 'react';
import { useParams } from 'react-router';
import { Skeleton } from '@/components/ui/skeleton';
import { BookSection, useBookable } from '@/features/booking/book-section';
import { MentorPage } from '@/features/mentors/mentor-page';

// Below the fold: it need not wait to show the mentor.
const MentorReviews = lazy(async () => ({
  default: (await import('@/features/reviews/mentor-reviews')).MentorReviews,
}));

/** A mentor's public page, where they can be booked. */
export function MentorRoute() {
  const { slug = '' } = useParams();
  const isReady = useBookable(slug);
  return (
    <MentorPage
      isReady={isReady}
      booking={(mentor) => <BookSection mentor={mentor} />}
      reviews={(mentor) => (
        <Suspense fallback={<Skeleton className="h-24" />}>
          <MentorReviews mentor={mentor} />
        </Suspense>
      )}
    />
  );
}
