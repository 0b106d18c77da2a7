import { type ReactNode, useState } from 'react';
import type { Session } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useEndSessionMutation } from './api';

/** Ending cannot be undone and sends people away, so it is asked for once more. */
export function EndSessionDialog({ session, children }: { session: Session; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [end, { isLoading, error }] = useEndSessionMutation();

  const confirm = async () => {
    const result = await end(session.id);
    if (result.error) return;
    setOpen(false);
    toast({ tone: 'success', title: `“${session.title}” has ended` });
  };

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>{children}</DialogTrigger>
      <DialogContent title="End this session for everyone?" description={consequence(session)}>
        {error && <Banner tone="danger">{sortProblem(error, [], {}).form}</Banner>}
        <div className="flex flex-wrap justify-end gap-3">
          <DialogClose asChild>
            <Button variant="secondary">Keep it open</Button>
          </DialogClose>
          <Button variant="danger" busy={isLoading} onClick={confirm}>
            End session
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}

function consequence({ title, present }: Session): string {
  const link = 'its link stops working, and it cannot be opened again';
  if (present === 0) return `Nobody is in “${title}” now; ${link}.`;
  const people = present === 1 ? 'One person is' : `${present} people are`;
  return `${people} in “${title}” now. The call ends for all, ${link}.`;
}
