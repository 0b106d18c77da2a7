import { lazy, Suspense } from 'react';
import { Skeleton } from '@/components/ui/skeleton';
import { BookSection } from '@/features/booking/book-section';
import { NextOpenings } from '@/features/booking/next-openings';
import { MentorPage } from '@/features/mentors/mentor-page';

// Below the fold: it need not wait to show the mentor.
const MentorReviews = lazy(async () => ({
  default: (await import('@/features/reviews/mentor-reviews')).MentorReviews,
}));

/** A mentor's public page, where they can be booked. */
export function MentorRoute() {
  return (
    <MentorPage
      booking={(mentor) => (
        <>
          <NextOpenings mentor={mentor} />
          <BookSection mentor={mentor} />
        </>
      )}
      reviews={(mentor) => (
        <Suspense fallback={<Skeleton className="h-24" />}>
          <MentorReviews mentor={mentor} />
        </Suspense>
      )}
    />
  );
}
