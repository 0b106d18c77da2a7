import { Button } from '@/components/ui/button';
import { Dialog, DialogClose, DialogContent } from '@/components/ui/dialog';

interface EndDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onEnd: () => void;
}

/** Ending a session for everyone cannot be taken back: ask once. */
export function EndDialog({ open, onOpenChange, onEnd }: EndDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent
        title="End the session for everyone?"
        description="Everybody leaves the call, and the link stops working."
      >
        <div className="flex justify-end gap-3">
          <DialogClose asChild>
            <Button variant="secondary">Keep talking</Button>
          </DialogClose>
          <Button
            variant="danger"
            onClick={() => {
              onOpenChange(false);
              onEnd();
            }}
          >
            End for everyone
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}
