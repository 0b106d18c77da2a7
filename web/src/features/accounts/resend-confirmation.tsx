import { Button } from '@/components/ui/button';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useResendConfirmationMutation } from './api';

/** Asks for the letter once more. */
export function ResendConfirmation({ email }: { email: string }) {
  const [resend, { isLoading }] = useResendConfirmationMutation();
  const send = async () => {
    const { error } = await resend();
    if (!error) toast({ tone: 'success', title: 'The letter is on its way', detail: email });
    else if (error.code !== 'email_verified') {
      toast({
        tone: 'danger',
        title: 'The letter was not sent',
        detail: sortProblem(error, [], {}).form,
      });
    }
  };
  return (
    <Button size="sm" variant="secondary" busy={isLoading} onClick={send}>
      Send the letter again
    </Button>
  );
}
