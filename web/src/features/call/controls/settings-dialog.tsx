import { Dialog, DialogContent } from '@/components/ui/dialog';
import { DevicePickers } from '../prejoin/device-pickers';
import { ProblemNotes } from '../prejoin/problem-note';

interface SettingsDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Switching devices during the call; every change takes effect at once. */
export function SettingsDialog({ open, onOpenChange }: SettingsDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title="Devices" description="Changes take effect at once.">
        <ProblemNotes />
        <DevicePickers />
      </DialogContent>
    </Dialog>
  );
}
