import { useMeQuery } from '@/api/me';
import { Avatar } from '@/components/ui/avatar';
import { Card } from '@/components/ui/card';
import { useTitle } from '@/lib/title';
import { DeviceList } from './device-list';
import { EmailSection } from './email-section';
import { PasswordSection } from './password-section';
import { SettingsSection } from './settings-section';

export function SettingsPage() {
  useTitle('Settings');
  const { data: me } = useMeQuery();
  if (!me) return null;
  return (
    <div className="mx-auto grid w-full max-w-2xl gap-10 px-4 py-10 sm:py-14">
      <h1 className="text-xl">Settings</h1>
      <SettingsSection id="you" title="You">
        <Card className="flex items-center gap-4">
          <Avatar name={me.display_name} />
          <div className="min-w-0">
            <p className="truncate font-medium">{me.display_name}</p>
            <p className="truncate text-sm text-muted">{me.email}</p>
          </div>
        </Card>
      </SettingsSection>
      <EmailSection me={me} />
      <PasswordSection />
      <SettingsSection
        id="devices"
        title="Where you are signed in"
        lead="Signing out a device ends what it does here at once, calls included."
      >
        <DeviceList />
      </SettingsSection>
    </div>
  );
}
