import { MicOff, VideoOff } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { cn } from '@/lib/cn';
import { useCallState } from '../call-slice';
import { remember, remembered } from '../engine/storage';
import { useLocalTrack } from '../local-track';
import { MediaElement } from '../media-element';
import type { Size } from './layout';

type Corner = `${'top' | 'bottom'}-${'left' | 'right'}`;

const CORNERS: readonly string[] = ['top-left', 'top-right', 'bottom-left', 'bottom-right'];
const MARGIN = 12;
/** The control bar's height with its margin. */
const BAR = 80;

interface SelfViewProps {
  name: string;
  stage: Size;
  /** Whether the control bar is there to be kept clear of. */
  barShown: boolean;
}

/** Oneself: small, in a corner, moved by dragging or by the arrow keys. */
export function SelfView({ name, stage, barShown }: SelfViewProps) {
  const { microphone, camera } = useCallState((state) => state.local);
  const track = useLocalTrack('camera', 'video');
  const [corner, setCorner] = useState<Corner>(() => {
    const stored = remembered('self');
    return stored && CORNERS.includes(stored) ? (stored as Corner) : 'bottom-right';
  });
  const [drag, setDrag] = useState<{ x: number; y: number } | null>(null);
  const grip = useRef({ x: 0, y: 0 });
  const portrait = stage.height > stage.width;
  const width = portrait ? 96 : Math.min(196, Math.max(120, stage.width * 0.17));
  const height = portrait ? 128 : (width * 9) / 16;

  const place = (next: Corner) => {
    setCorner(next);
    remember('self', next);
  };
  const [vertical, horizontal] = corner.split('-') as ['top' | 'bottom', 'left' | 'right'];
  const rest = {
    x: horizontal === 'left' ? MARGIN : stage.width - width - MARGIN,
    y: vertical === 'top' ? MARGIN : stage.height - height - (barShown ? BAR : MARGIN),
  };
  const at = drag ?? rest;

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { x: event.clientX - rest.x, y: event.clientY - rest.y };
    setDrag(rest);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (drag) setDrag({ x: event.clientX - grip.current.x, y: event.clientY - grip.current.y });
  };
  const onPointerUp = () => {
    if (!drag) return;
    const left = drag.x + width / 2 < stage.width / 2;
    const top = drag.y + height / 2 < stage.height / 2;
    place(`${top ? 'top' : 'bottom'}-${left ? 'left' : 'right'}`);
    setDrag(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = {
      ArrowLeft: `${vertical}-left`,
      ArrowRight: `${vertical}-right`,
      ArrowUp: `top-${horizontal}`,
      ArrowDown: `bottom-${horizontal}`,
    }[event.key] as Corner | undefined;
    if (!next) return;
    event.preventDefault();
    place(next);
  };

  const micOn = microphone.wanted === 'on' && microphone.capture !== 'failed';
  const label = ['You', !micOn && 'muted', !track && 'camera off'].filter(Boolean).join(', ');
  return (
    <button
      type="button"
      aria-label={`${label}. Move with the arrow keys.`}
      data-testid="self-view"
      data-audio={micOn ? 'on' : 'muted'}
      data-video={track ? 'on' : camera.wanted === 'off' ? 'muted' : 'off'}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onKeyDown={onKeyDown}
      style={{ width, height, transform: `translate(${at.x}px, ${at.y}px)` }}
      className={cn(
        'absolute top-0 left-0 z-10 touch-none overflow-hidden rounded-md bg-surface-3 shadow-float ring-1 ring-white/15',
        drag ? 'cursor-grabbing' : 'cursor-grab transition-transform duration-200',
      )}
    >
      {track ? (
        <MediaElement track={track} fit="cover" mirrored />
      ) : (
        <span className="grid size-full place-content-center">
          <Avatar name={name} />
        </span>
      )}
      <span aria-hidden className="absolute bottom-1.5 left-1.5 flex gap-1 text-white">
        {!micOn && (
          <span className="grid size-6 place-content-center rounded-full bg-black/60">
            <MicOff className="size-3.5" />
          </span>
        )}
        {!track && (
          <span className="grid size-6 place-content-center rounded-full bg-black/60">
            <VideoOff className="size-3.5" />
          </span>
        )}
      </span>
    </button>
  );
}
