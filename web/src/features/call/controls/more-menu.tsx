import {
  Ellipsis,
  Hand,
  Keyboard,
  LayoutGrid,
  Link2,
  Lock,
  LockOpen,
  Maximize,
  MonitorUp,
  PhoneOff,
  Settings,
  ShieldCheck,
} from 'lucide-react';
import { useState } from 'react';
import { Dialog } from '@/components/ui/dialog';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { IconButton } from '@/components/ui/icon-button';
import { toast } from '@/lib/toast';
import { useCallState, useCallUi } from '../call-slice';
import { AboutEncryption } from '../encryption/about-encryption';
import { EndDialog } from './end-dialog';
import type { Actions } from './use-actions';
import { useCopy } from '@/lib/use-copy';
import { useFullScreen } from './use-full-screen';

interface MoreMenuProps {
  actions: Actions;
  joinUrl: string;
  /** What the bar has no room for. */
  withScreen?: boolean;
  withHand?: boolean;
  /** Where the bar shows no badge of it. */
  withEncryption?: boolean;
  onSettings: () => void;
  onShortcuts: () => void;
}

/** Everything that is not needed at once. */
export function MoreMenu({
  actions,
  joinUrl,
  withScreen = false,
  withHand = false,
  withEncryption = false,
  onSettings,
  onShortcuts,
}: MoreMenuProps) {
  const { copy } = useCopy(joinUrl);
  const fullScreen = useFullScreen();
  const view = useCallUi((slice) => slice.view);
  const locked = useCallState((state) => state.room?.locked ?? false);
  const moderates = useCallState((state) => state.you?.grants.includes('moderate') ?? false);
  const sharing = useCallState((state) => state.local.screen.capture === 'live');
  const encrypted = useCallState((state) => state.encryption !== 'in-transit');
  const [ending, setEnding] = useState(false);
  const [aboutEncryption, setAboutEncryption] = useState(false);

  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <IconButton
            label="More"
            size="lg"
            shape="round"
            variant="solid"
            data-testid="more"
            className="max-[400px]:size-11"
          >
            <Ellipsis aria-hidden />
          </IconButton>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          {withScreen && (
            <DropdownMenuItem onSelect={actions.toggleScreen}>
              <MonitorUp aria-hidden />
              {sharing ? 'Stop sharing your screen' : 'Share your screen'}
            </DropdownMenuItem>
          )}
          {withHand && (
            <DropdownMenuItem onSelect={actions.toggleHand}>
              <Hand aria-hidden />
              Raise or lower your hand
            </DropdownMenuItem>
          )}
          <DropdownMenuItem onSelect={actions.toggleView}>
            <LayoutGrid aria-hidden />
            {view === 'grid' ? 'Show the speaker large' : 'Show everyone equally'}
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={onSettings}>
            <Settings aria-hidden />
            Devices
          </DropdownMenuItem>
          {fullScreen.possible && (
            <DropdownMenuItem onSelect={fullScreen.toggle}>
              <Maximize aria-hidden />
              {fullScreen.full ? 'Leave full screen' : 'Full screen'}
            </DropdownMenuItem>
          )}
          {withEncryption && encrypted && (
            <DropdownMenuItem onSelect={() => setAboutEncryption(true)}>
              <ShieldCheck aria-hidden />
              End-to-end encryption
            </DropdownMenuItem>
          )}
          <DropdownMenuSeparator />
          <DropdownMenuItem
            onSelect={() =>
              void copy().then(() => toast({ title: 'Link copied', tone: 'success' }))
            }
          >
            <Link2 aria-hidden />
            Copy the link
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={onShortcuts}>
            <Keyboard aria-hidden />
            Keyboard shortcuts
          </DropdownMenuItem>
          {moderates && (
            <>
              <DropdownMenuSeparator />
              <DropdownMenuItem
                onSelect={() =>
                  actions.moderate(
                    { action: locked ? 'unlock' : 'lock' },
                    locked ? 'The session is still locked' : 'The session was not locked',
                  )
                }
              >
                {locked ? <LockOpen aria-hidden /> : <Lock aria-hidden />}
                {locked ? 'Unlock the session' : 'Lock the session'}
              </DropdownMenuItem>
              <DropdownMenuItem destructive onSelect={() => setEnding(true)}>
                <PhoneOff aria-hidden />
                End for everyone
              </DropdownMenuItem>
            </>
          )}
        </DropdownMenuContent>
      </DropdownMenu>
      <Dialog open={aboutEncryption} onOpenChange={setAboutEncryption}>
        <AboutEncryption />
      </Dialog>
      <EndDialog
        open={ending}
        onOpenChange={setEnding}
        onEnd={() => actions.moderate({ action: 'end' }, 'The session was not ended')}
      />
    </>
  );
}
