import { useMeQuery } from '@/api/me';
import { Avatar } from '@/components/ui/avatar';
import { Card } from '@/components/ui/card';
import { useTitle } from '@/lib/title';
import { DeviceList } from './device-list';

export function SettingsPage() {
  useTitle('Settings');
  const { data: me } = useMeQuery();
  return (
    <div className="mx-auto grid w-full max-w-2xl gap-10 px-4 py-10 sm:py-14">
      <h1 className="text-xl">Settings</h1>
      <section aria-labelledby="you" className="grid gap-4">
        <h2 id="you" className="text-lg">
          You
        </h2>
        <Card className="flex items-center gap-4">
          <Avatar name={me?.display_name ?? ''} />
          <div className="min-w-0">
            <p className="truncate font-medium">{me?.display_name}</p>
            <p className="truncate text-sm text-muted">{me?.email}</p>
          </div>
        </Card>
      </section>
      <section aria-labelledby="devices" className="grid gap-4">
        <div>
          <h2 id="devices" className="text-lg">
            Where you are signed in
          </h2>
          <p className="text-sm text-muted">
            Signing out a device ends what it does here at once, calls included.
          </p>
        </div>
        <DeviceList />
      </section>
    </div>
  );
}
