import { toast } from '@/lib/toast';
import { useDeclineApplicationMutation } from './api';
import { ReasonDialog } from './reason-dialog';

/** Declines an application with a reason, which the applicant reads. */
export function DeclineDialog({ user, name }: { user: string; name: string }) {
  const [decline, { isLoading }] = useDeclineApplicationMutation();

  const submit = async (reason: string) => {
    const { error } = await decline({ user, reason });
    if (!error) toast({ title: 'Application declined', detail: `${name} sees your reason.` });
    return { error };
  };

  return (
    <ReasonDialog
      words={{
        open: 'Decline…',
        title: `Decline ${name}?`,
        description: 'They see your reason and can apply again.',
        submit: 'Decline application',
        missing: `Say why; ${name} reads it and may apply again.`,
      }}
      busy={isLoading}
      onSubmit={submit}
    />
  );
}
