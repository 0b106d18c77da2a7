import { toast } from '@/lib/toast';
import { useWithdrawMentorMutation } from './api';
import { ReasonDialog } from './reason-dialog';

/** Makes a mentor no longer one, with a reason that they read. */
export function WithdrawDialog({ user, name }: { user: string; name: string }) {
  const [withdraw, { isLoading }] = useWithdrawMentorMutation();

  const submit = async (reason: string) => {
    const { error } = await withdraw({ user, reason });
    if (!error) toast({ title: 'No longer a mentor', detail: `${name} sees your reason.` });
    return { error };
  };

  return (
    <ReasonDialog
      words={{
        open: 'Withdraw…',
        title: `Withdraw the approval of ${name}?`,
        description:
          'Their page disappears at once. What is booked with them stays. They see your reason and can apply again.',
        submit: 'Withdraw the approval',
        missing: `Say why; ${name} reads it.`,
      }}
      busy={isLoading}
      onSubmit={submit}
    />
  );
}
