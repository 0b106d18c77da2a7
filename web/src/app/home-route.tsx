import { Checklist } from '@/features/availability/checklist';
import { HomePage } from '@/features/booking/home-page';

/** Home, with what a new mentor has still to do. */
export function HomeRoute() {
  return <HomePage checklist={<Checklist />} />;
}
