import { SettingsPage } from '@/features/accounts/settings-page';
import { EmbedSection } from '@/features/availability/embed-section';

/** The settings, with what mentors set of their bookings. */
export function SettingsRoute() {
  return <SettingsPage forMentors={<EmbedSection />} />;
}
