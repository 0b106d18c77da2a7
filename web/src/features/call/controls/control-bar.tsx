import {
  Hand,
  LayoutGrid,
  Maximize,
  MessageSquare,
  Mic,
  MicOff,
  Minimize,
  MonitorUp,
  MonitorX,
  PhoneOff,
  RectangleHorizontal,
  Settings,
  Users,
  Video,
  VideoOff,
} from 'lucide-react';
import { type ComponentProps, useRef } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { cn } from '@/lib/cn';
import { useCallState, useCallUi } from '../call-slice';
import { useSize } from '../stage/use-size';
import { EncryptionBadge } from '../encryption/encryption-badge';
import { MoreMenu } from './more-menu';
import { SessionClock } from './session-clock';
import type { Actions } from './use-actions';
import { useFullScreen } from './use-full-screen';

interface ControlBarProps {
  actions: Actions;
  shown: boolean;
  title: string;
  joinUrl: string;
  onSettings: () => void;
  onShortcuts: () => void;
}

/** All controls of the call, in thumb's reach. What does not fit is in the menu. */
export function ControlBar({
  actions,
  shown,
  title,
  joinUrl,
  onSettings,
  onShortcuts,
}: ControlBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  const { width } = useSize(bar);
  const wide = width >= 940;
  const medium = width >= 560;
  const local = useCallState((state) => state.local);
  const me = useCallState((state) =>
    state.participants.find(({ participant }) => participant === state.you?.participant),
  );
  const offset = useCallState((state) => state.clockOffsetMs);
  const waiting = useCallState((state) => state.waitingPeople.length);
  const present = useCallState((state) => state.participants.length);
  const panel = useCallUi((slice) => slice.panel);
  const view = useCallUi((slice) => slice.view);
  const unread = useCallUi((slice) => slice.call.chat.length - slice.read);
  const fullScreen = useFullScreen();

  const micOn = local.microphone.wanted === 'on' && local.microphone.capture !== 'failed';
  const cameraOn = local.camera.wanted === 'on' && local.camera.capture !== 'failed';
  const sharing = local.screen.capture === 'live';
  const raised = me?.hand_raised ?? false;
  const canShare = 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;

  return (
    <div
      ref={bar}
      data-testid="control-bar"
      data-shown={shown}
      className={cn(
        'pointer-events-none absolute inset-x-0 bottom-0 z-20 transition duration-200 focus-within:translate-y-0 focus-within:opacity-100',
        !shown && 'translate-y-4 opacity-0',
      )}
    >
      <div className="flex items-center justify-center gap-2 bg-linear-to-t from-black/70 to-transparent px-3 pt-8 pb-[max(0.75rem,env(safe-area-inset-bottom))] *:pointer-events-auto">
        {wide && (
          <div className="flex min-w-0 flex-1 items-baseline gap-3 pl-1 text-sm text-white">
            <span className="truncate font-medium">{title}</span>
            <EncryptionBadge />
            {me && <SessionClock sinceMs={me.joined_at_ms} offsetMs={offset} />}
          </div>
        )}
        <div role="toolbar" aria-label="Call controls" className="flex items-center gap-2">
          <Control
            label={micOn ? 'Mute' : 'Unmute'}
            shortcut="M"
            off={!micOn}
            aria-pressed={micOn}
            data-testid="toggle-microphone"
            onClick={actions.toggleMicrophone}
          >
            {micOn ? <Mic aria-hidden /> : <MicOff aria-hidden />}
          </Control>
          <Control
            label={cameraOn ? 'Turn camera off' : 'Turn camera on'}
            shortcut="V"
            off={!cameraOn}
            aria-pressed={cameraOn}
            data-testid="toggle-camera"
            onClick={actions.toggleCamera}
          >
            {cameraOn ? <Video aria-hidden /> : <VideoOff aria-hidden />}
          </Control>
          {medium && canShare && (
            <Control
              label={sharing ? 'Stop sharing your screen' : 'Share your screen'}
              shortcut="S"
              active={sharing}
              aria-pressed={sharing}
              data-testid="toggle-screen"
              onClick={actions.toggleScreen}
            >
              {sharing ? <MonitorX aria-hidden /> : <MonitorUp aria-hidden />}
            </Control>
          )}
          {medium && (
            <Control
              label={raised ? 'Lower your hand' : 'Raise your hand'}
              shortcut="H"
              active={raised}
              aria-pressed={raised}
              data-testid="toggle-hand"
              onClick={actions.toggleHand}
            >
              <Hand aria-hidden />
            </Control>
          )}
          {!wide && (
            <ChatControl unread={unread} open={panel === 'chat'} onClick={actions.toggleChat} />
          )}
          {!wide && (
            <PeopleControl
              present={present}
              waiting={waiting}
              open={panel === 'people'}
              onClick={actions.togglePeople}
            />
          )}
          {!wide && (
            <MoreMenu
              actions={actions}
              joinUrl={joinUrl}
              withScreen={!medium && canShare}
              withHand={!medium}
              withEncryption
              onSettings={onSettings}
              onShortcuts={onShortcuts}
            />
          )}
          <Control label="Leave" hangUp data-testid="leave" onClick={actions.leave}>
            <PhoneOff aria-hidden />
          </Control>
        </div>
        {wide && (
          <div className="flex flex-1 items-center justify-end gap-2">
            <ChatControl unread={unread} open={panel === 'chat'} onClick={actions.toggleChat} />
            <PeopleControl
              present={present}
              waiting={waiting}
              open={panel === 'people'}
              onClick={actions.togglePeople}
            />
            <Control
              label={view === 'grid' ? 'Show the speaker large' : 'Show everyone equally'}
              shortcut="G"
              data-testid="toggle-view"
              onClick={actions.toggleView}
            >
              {view === 'grid' ? <RectangleHorizontal aria-hidden /> : <LayoutGrid aria-hidden />}
            </Control>
            <Control label="Devices" data-testid="settings" onClick={onSettings}>
              <Settings aria-hidden />
            </Control>
            {fullScreen.possible && (
              <Control
                label={fullScreen.full ? 'Leave full screen' : 'Full screen'}
                shortcut="F"
                onClick={fullScreen.toggle}
              >
                {fullScreen.full ? <Minimize aria-hidden /> : <Maximize aria-hidden />}
              </Control>
            )}
            <MoreMenu
              actions={actions}
              joinUrl={joinUrl}
              onSettings={onSettings}
              onShortcuts={onShortcuts}
            />
          </div>
        )}
      </div>
    </div>
  );
}

interface ControlProps extends ComponentProps<typeof IconButton> {
  /** Microphone or camera is off: that must be seen at a glance. */
  off?: boolean;
  active?: boolean;
  hangUp?: boolean;
}

function Control({ off, active, hangUp, className, ...props }: ControlProps) {
  return (
    <IconButton
      size="lg"
      shape="round"
      variant={hangUp ? 'danger' : off ? 'danger-soft' : active ? 'accent' : 'solid'}
      className={cn('max-[400px]:size-11', hangUp && 'w-16 max-[400px]:w-12', className)}
      {...props}
    />
  );
}

function ChatControl({
  unread,
  open,
  onClick,
}: {
  unread: number;
  open: boolean;
  onClick: () => void;
}) {
  return (
    <span className="relative">
      <Control
        label={unread > 0 ? `Chat, ${unread} new` : 'Chat'}
        shortcut="C"
        active={open}
        aria-expanded={open}
        data-testid="toggle-chat"
        onClick={onClick}
      >
        <MessageSquare aria-hidden />
      </Control>
      <Count value={unread} />
    </span>
  );
}

function PeopleControl({
  present,
  waiting,
  open,
  onClick,
}: {
  present: number;
  waiting: number;
  open: boolean;
  onClick: () => void;
}) {
  return (
    <span className="relative">
      <Control
        label={waiting > 0 ? `People, ${waiting} waiting` : `People, ${present} here`}
        shortcut="P"
        active={open}
        aria-expanded={open}
        data-testid="toggle-people"
        onClick={onClick}
      >
        <Users aria-hidden />
      </Control>
      <Count value={waiting} />
    </span>
  );
}

function Count({ value }: { value: number }) {
  if (value <= 0) return null;
  return (
    <span
      aria-hidden
      className="pointer-events-none absolute -top-0.5 -right-0.5 grid h-5 min-w-5 animate-rise place-content-center rounded-full bg-accent px-1 text-xs font-semibold text-accent-foreground"
    >
      {value > 99 ? '99+' : value}
    </span>
  );
}
