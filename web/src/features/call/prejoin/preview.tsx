import { CircleUserRound, Mic, MicOff, Video, VideoOff } from 'lucide-react';
import { Avatar } from '@/components/ui/avatar';
import { IconButton } from '@/components/ui/icon-button';
import { useCall } from '../call-context';
import { useCallState } from '../call-slice';
import { useLocalTrack } from '../local-track';
import { MediaElement } from '../media-element';

/** How the others will see you, with the two switches on it. */
export function Preview({ name }: { name: string }) {
  const call = useCall();
  const { microphone, camera } = useCallState((state) => state.local);
  const track = useLocalTrack('camera', 'video');
  const micOn = microphone.wanted === 'on' && microphone.capture !== 'failed';
  const cameraOn = camera.wanted === 'on' && camera.capture !== 'failed';

  return (
    <div
      data-testid="preview"
      data-video={track ? 'on' : 'off'}
      data-microphone={micOn ? 'on' : 'off'}
      className="dark relative aspect-video w-full overflow-hidden rounded-md bg-surface text-foreground max-sm:aspect-4/3"
    >
      {track ? (
        <MediaElement track={track} fit="cover" mirrored className="animate-fade" />
      ) : (
        <div className="grid size-full place-content-center justify-items-center gap-4 pb-14">
          {name ? (
            <Avatar name={name} size="lg" />
          ) : (
            <CircleUserRound className="size-20 text-muted" strokeWidth={1} aria-hidden />
          )}
          <p className="text-sm text-muted" role="status">
            {camera.capture === 'asking'
              ? 'Allow the camera and microphone, if your browser asks'
              : camera.wanted === 'off'
                ? 'Your camera is off'
                : 'No picture'}
          </p>
        </div>
      )}
      <div className="absolute inset-x-0 bottom-0 flex items-end justify-center gap-3 bg-linear-to-t from-black/55 to-transparent p-4 pt-10">
        <IconButton
          label={micOn ? 'Mute' : 'Unmute'}
          shortcut="M"
          size="lg"
          shape="round"
          variant={micOn ? 'solid' : 'danger'}
          disabled={microphone.capture === 'failed'}
          onClick={() => {
            call.local.wakeAudio();
            void call.setMicrophone(micOn ? 'off' : 'on');
          }}
        >
          {micOn ? <Mic aria-hidden /> : <MicOff aria-hidden />}
        </IconButton>
        <IconButton
          label={cameraOn ? 'Turn camera off' : 'Turn camera on'}
          shortcut="V"
          size="lg"
          shape="round"
          variant={cameraOn ? 'solid' : 'danger'}
          disabled={camera.capture === 'failed'}
          onClick={() => void call.setCamera(cameraOn ? 'off' : 'on')}
        >
          {cameraOn ? <Video aria-hidden /> : <VideoOff aria-hidden />}
        </IconButton>
      </div>
      {microphone.wanted === 'off' && (
        <p
          role="status"
          className="absolute top-3 left-1/2 flex -translate-x-1/2 items-center gap-2 rounded-full bg-black/70 px-3 py-1.5 text-sm whitespace-nowrap text-white"
        >
          <MicOff className="size-4" aria-hidden />
          You are muted
        </p>
      )}
    </div>
  );
}
