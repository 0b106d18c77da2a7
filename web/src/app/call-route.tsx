import { TooltipProvider } from '@/components/ui/tooltip';
import { JoinPage } from '@/features/call/join-page';

/** Pre-join and the call: the whole window, without the site's header. */
export function CallRoute() {
  return (
    <TooltipProvider>
      <JoinPage />
    </TooltipProvider>
  );
}
