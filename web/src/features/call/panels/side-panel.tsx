import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { Sheet, SheetContent } from '@/components/ui/sheet';

interface SidePanelProps {
  title: string;
  /** Beside the stage where there is room, else a sheet from below. */
  docked: boolean;
  onClose: () => void;
  children: ReactNode;
}

export function SidePanel({ title, docked, onClose, children }: SidePanelProps) {
  if (!docked) {
    return (
      <Sheet open onOpenChange={(open) => !open && onClose()}>
        <SheetContent title={title} side="bottom" className="h-[75dvh]">
          <div className="flex h-full flex-col">{children}</div>
        </SheetContent>
      </Sheet>
    );
  }
  return (
    <aside
      aria-label={title}
      className="flex w-88 shrink-0 flex-col border-l border-border bg-surface text-foreground"
    >
      <div className="flex items-center justify-between py-2 pr-2 pl-4">
        <h2 className="text-base">{title}</h2>
        <IconButton label={`Close ${title.toLowerCase()}`} side="left" onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </div>
      <div className="flex min-h-0 flex-1 flex-col">{children}</div>
    </aside>
  );
}
