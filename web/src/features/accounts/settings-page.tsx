import type { ReactNode } from 'react';
import { useMeQuery } from '@/api/me';
import { useTitle } from '@/lib/title';
import { DeviceList } from './device-list';
import { EmailSection } from './email-section';
import { IdentitiesSection } from './identities-section';
import { PasskeysSection } from './passkeys-section';
import { PasswordSection } from './password-section';
import { PictureEditor } from './picture-editor';
import { PrivacySection } from './privacy-section';
import { ProfileForm } from './profile-form';
import { SettingsSection } from './settings-section';
import { TwoStepSection } from './two-step-section';

interface SettingsPageProps {
  /** What only mentors set. */
  forMentors: ReactNode;
}

export function SettingsPage({ forMentors }: SettingsPageProps) {
  useTitle('Settings');
  const { data: me } = useMeQuery();
  if (!me) return null;
  return (
    <div className="mx-auto grid w-full max-w-2xl gap-10 px-4 py-10 sm:py-14">
      <h1 className="text-xl">Settings</h1>
      <SettingsSection id="you" title="You" lead="As others see you.">
        <PictureEditor me={me} />
        <ProfileForm key={me.id} me={me} />
      </SettingsSection>
      <EmailSection me={me} />
      <PasswordSection />
      <TwoStepSection />
      <PasskeysSection />
      <IdentitiesSection />
      {me.mentor?.status === 'approved' && forMentors}
      <SettingsSection
        id="devices"
        title="Where you are signed in"
        lead="Signing out a device ends what it does here at once, calls included."
      >
        <DeviceList />
      </SettingsSection>
      <PrivacySection me={me} />
    </div>
  );
}
