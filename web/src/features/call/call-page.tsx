import { useRef, useState } from 'react';
import { cn } from '@/lib/cn';
import { useAppDispatch } from '@/lib/root-reducer';
import { panelChosen, useCallState, useCallUi } from './call-slice';
import { ControlBar } from './controls/control-bar';
import { SettingsDialog } from './controls/settings-dialog';
import { ShortcutsDialog } from './controls/shortcuts-dialog';
import { useActions } from './controls/use-actions';
import { useIdle } from './controls/use-idle';
import { useShortcuts } from './controls/use-shortcuts';
import { ChatPanel } from './panels/chat-panel';
import { PeoplePanel } from './panels/people-panel';
import { SidePanel } from './panels/side-panel';
import { Notices } from './stage/notices';
import { Stage } from './stage/stage';
import { useSize } from './stage/use-size';
import { useWakeLock } from './use-wake-lock';

/** Wide enough for a panel beside the stage. */
const DOCKED_FROM = 900;

interface CallPageProps {
  title: string;
  joinUrl: string;
  /** Whether this is the call; before it the page is there, laid out, and does nothing. */
  active: boolean;
}

/** The call itself: nothing between you and the person. */
export function CallPage({ title, joinUrl, active }: CallPageProps) {
  const page = useRef<HTMLElement>(null);
  const size = useSize(page);
  const dispatch = useAppDispatch();
  const actions = useActions();
  const idle = useIdle();
  useWakeLock(active);
  const panel = useCallUi((slice) => slice.panel);
  const alone = useCallState((state) => state.participants.length < 2);
  const [settings, setSettings] = useState(false);
  const [shortcuts, setShortcuts] = useState(false);
  const docked = size.width >= DOCKED_FROM;
  const barShown = !idle || alone || settings || shortcuts;

  useShortcuts(
    active
      ? {
          m: actions.toggleMicrophone,
          v: actions.toggleCamera,
          s: actions.toggleScreen,
          h: actions.toggleHand,
          c: actions.toggleChat,
          p: actions.togglePeople,
          f: actions.toggleFullScreen,
          g: actions.toggleView,
          '?': () => setShortcuts(true),
        }
      : {},
  );

  return (
    <main
      ref={page}
      data-testid="call"
      className={cn('fixed inset-0 flex bg-background text-foreground', !barShown && 'cursor-none')}
    >
      <h1 className="sr-only">{title}</h1>
      <div className="dark flex min-w-0 flex-1 bg-background p-2 text-foreground">
        <div className="relative flex min-w-0 flex-1">
          <Stage joinUrl={joinUrl} barShown={barShown} />
          <Notices actions={actions} />
          <ControlBar
            actions={actions}
            shown={barShown}
            title={title}
            joinUrl={joinUrl}
            onSettings={() => setSettings(true)}
            onShortcuts={() => setShortcuts(true)}
          />
        </div>
      </div>
      {panel && (
        <SidePanel
          title={panel === 'chat' ? 'Chat' : 'People'}
          docked={docked}
          onClose={() => dispatch(panelChosen(null))}
        >
          {panel === 'chat' ? <ChatPanel /> : <PeoplePanel actions={actions} joinUrl={joinUrl} />}
        </SidePanel>
      )}
      <SettingsDialog open={settings} onOpenChange={setSettings} />
      <ShortcutsDialog open={shortcuts} onOpenChange={setShortcuts} />
    </main>
  );
}
