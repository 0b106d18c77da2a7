import { Mic, Play, Video, Volume2 } from 'lucide-react';
import { IconButton } from '@/components/ui/icon-button';
import { Select } from '@/components/ui/select';
import { useCall } from '../call-context';
import { useCallState } from '../call-slice';
import type { DeviceKind } from '../engine/local-media';
import { playTestSound } from '../engine/test-sound';
import { LevelMeter } from './level-meter';

const KINDS = [
  { kind: 'camera', name: 'Camera', icon: Video },
  { kind: 'microphone', name: 'Microphone', icon: Mic },
  { kind: 'speaker', name: 'Speaker', icon: Volume2 },
] as const;

/** Which camera, microphone and speaker to use; before and during the call. */
export function DevicePickers() {
  const call = useCall();
  const local = useCallState((state) => state.local);
  const chosen: Record<DeviceKind, string | null> = {
    camera: local.camera.device,
    microphone: local.microphone.device,
    speaker: local.speaker,
  };

  const choose = (kind: DeviceKind, id: string) => {
    if (kind === 'speaker') call.selectSpeaker(id);
    else void call.local.selectDevice(kind, id);
  };

  return (
    <div className="grid grid-cols-1 gap-3">
      {KINDS.map(({ kind, name, icon: Icon }) => {
        const devices = local.devices[kind];
        // Browsers without a choice of speakers list none.
        if (kind === 'speaker' && devices.length === 0) return null;
        const known = devices.some(({ id }) => id === chosen[kind]);
        const first = devices.find(({ id }) => id === 'default') ?? devices[0];
        return (
          <div key={kind} className="grid grid-cols-1 gap-1.5">
            <div className="flex items-center gap-2">
              <Select
                aria-label={name}
                prefix={<Icon className="size-4 shrink-0 text-muted" aria-hidden />}
                options={devices.map(({ id, label }) => ({ value: id, label }))}
                value={(known ? chosen[kind] : first?.id) ?? undefined}
                placeholder={`No ${name.toLowerCase()}`}
                disabled={devices.length === 0}
                onValueChange={(id) => choose(kind, id)}
              />
              {kind === 'speaker' && (
                <IconButton
                  label="Play a test sound"
                  onClick={() => void playTestSound(local.speaker)}
                >
                  <Play />
                </IconButton>
              )}
            </div>
            {kind === 'microphone' && local.microphone.capture === 'live' && (
              <LevelMeter className="px-0.5" />
            )}
          </div>
        );
      })}
    </div>
  );
}
