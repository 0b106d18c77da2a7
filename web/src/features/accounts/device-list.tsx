import { MonitorSmartphone } from 'lucide-react';
import type { Device } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { When } from '@/components/when';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useDevicesQuery, useSignOutDeviceMutation, useSignOutOthersMutation } from './api';
import { deviceName } from './device-name';

/** Where the person is signed in, and the way to end each of these. */
export function DeviceList() {
  const { data, error, isLoading, refetch } = useDevicesQuery();
  if (isLoading) return <Skeleton className="h-24" />;
  if (error) {
    return <LoadFailed title="Your devices could not be loaded." error={error} onRetry={refetch} />;
  }
  const others = data?.filter((device) => !device.current).length ?? 0;
  return (
    <>
      <ul className="divide-y divide-border rounded-md border border-border bg-surface">
        {data?.map((device) => (
          <DeviceRow key={device.id} device={device} />
        ))}
      </ul>
      {others > 0 && <SignOutOthers count={others} />}
    </>
  );
}

function SignOutOthers({ count }: { count: number }) {
  const [signOut, { isLoading }] = useSignOutOthersMutation();
  const end = async () => {
    const { error } = await signOut();
    if (error) {
      toast({
        tone: 'danger',
        title: 'Your other devices are still signed in',
        detail: sortProblem(error, [], {}).form,
      });
    } else toast({ tone: 'success', title: 'Only this device is signed in' });
  };
  return (
    <Button variant="secondary" className="justify-self-start" busy={isLoading} onClick={end}>
      {count === 1 ? 'Sign out the other device' : `Sign out all ${count} other devices`}
    </Button>
  );
}

function DeviceRow({ device }: { device: Device }) {
  const [signOut, { isLoading }] = useSignOutDeviceMutation();
  const name = deviceName(device.user_agent);

  const end = async () => {
    const result = await signOut(device.id);
    if (result.error) {
      toast({
        tone: 'danger',
        title: `${name} is still signed in`,
        detail: sortProblem(result.error, [], {}).form,
      });
    } else toast({ tone: 'success', title: `${name} is signed out` });
  };

  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 p-4">
      <MonitorSmartphone className="size-5 text-muted" aria-hidden />
      <div className="min-w-0 flex-1 basis-40">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {name} {device.current && <Badge tone="accent">This device</Badge>}
        </p>
        <p className="text-sm text-muted">
          Last seen <When ms={device.last_seen_at_ms} inText />, your time
        </p>
      </div>
      {!device.current && (
        <Button
          size="sm"
          variant="secondary"
          busy={isLoading}
          aria-label={`Sign out ${name}`}
          onClick={end}
        >
          Sign out
        </Button>
      )}
    </li>
  );
}
