import { BookSection } from '@/features/booking/book-section';
import { MentorPage } from '@/features/mentors/mentor-page';

/** A mentor's public page, where they can be booked. */
export function MentorRoute() {
  return <MentorPage booking={(mentor) => <BookSection mentor={mentor} />} />;
}
