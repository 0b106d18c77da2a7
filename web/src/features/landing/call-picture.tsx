import { MessageSquare, Mic, MonitorUp, PhoneOff, Video } from 'lucide-react';

/** A drawing of a call as this app shows it: the mentor large, oneself small, one bar of controls. */
export function CallPicture() {
  return (
    <div
      role="img"
      aria-label="A call: Ada, the mentor, fills the picture; you are small in the corner; one bar holds the controls."
      className="dark relative aspect-[16/11] w-full overflow-hidden rounded-md border border-border bg-background shadow-float select-none"
    >
      <div className="absolute inset-2 bottom-16 overflow-hidden rounded-sm">
        <Portrait
          id="ada"
          wall={['#c9b79c', '#8c7a63']}
          skin="#c98e6b"
          hair="#3a2620"
          cut="bob"
          shirt="#1f6f6d"
        />
        <span className="absolute bottom-2 left-2 rounded-sm bg-black/55 px-2 py-0.5 text-xs text-white">
          Ada
        </span>
      </div>
      <div className="absolute right-4 bottom-19 aspect-video w-1/4 overflow-hidden rounded-sm ring-2 ring-background">
        <Portrait
          id="you"
          wall={['#7b8a8f', '#4d5a60']}
          skin="#e3b48f"
          hair="#5b3a1e"
          cut="short"
          shirt="#b5654a"
        />
        <span className="absolute bottom-1 left-1 rounded-sm bg-black/55 px-1.5 text-xs text-white">
          You
        </span>
      </div>
      <div className="absolute inset-x-0 bottom-0 flex h-16 items-center justify-center gap-2">
        {[Mic, Video, MonitorUp, MessageSquare].map((Icon, index) => (
          <span
            key={index}
            className="inline-flex size-10 items-center justify-center rounded-full bg-surface-3 text-foreground"
          >
            <Icon className="size-5" />
          </span>
        ))}
        <span className="inline-flex size-10 items-center justify-center rounded-full bg-danger text-danger-foreground">
          <PhoneOff className="size-5" />
        </span>
      </div>
    </div>
  );
}

/** What of the hair is behind the head, and what falls in front. */
const HAIR = {
  bob: {
    back: 'M116 84c-4-40 18-60 45-60s47 20 43 62c-1 14-4 26-9 34H125c-6-9-8-22-9-36z',
    front: 'M126 78c4-24 18-34 36-34 20 0 30 12 33 34-10-6-17-13-21-22-8 12-26 20-48 22z',
  },
  short: {
    back: 'M123 88c-6-38 10-58 38-58 29 0 43 20 36 58-2 6-72 6-74 0z',
    front: 'M126 82c0-10 4-20 10-25 16 6 36 5 50-2 5 6 8 16 8 27 4-30-8-44-33-44s-39 14-35 44z',
  },
} as const;

interface PortraitProps {
  id: string;
  wall: [from: string, to: string];
  skin: string;
  hair: string;
  cut: keyof typeof HAIR;
  shirt: string;
}

/** A person before a wall, in a few soft shapes. */
function Portrait({ id, wall, skin, hair, cut, shirt }: PortraitProps) {
  return (
    <svg
      viewBox="0 0 320 200"
      preserveAspectRatio="xMidYMid slice"
      className="size-full"
      aria-hidden
    >
      <defs>
        <linearGradient id={`${id}-wall`} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stopColor={wall[0]} />
          <stop offset="1" stopColor={wall[1]} />
        </linearGradient>
        <linearGradient id={`${id}-light`} x1="0" y1="0" x2="1" y2="0">
          <stop offset="0" stopColor="#fff" stopOpacity="0.28" />
          <stop offset="0.6" stopColor="#fff" stopOpacity="0" />
        </linearGradient>
      </defs>
      <rect width="320" height="200" fill={`url(#${id}-wall)`} />
      <path d="M0 0h90L30 200H0z" fill={`url(#${id}-light)`} />
      <g opacity="0.35">
        <rect x="236" y="30" width="60" height="5" rx="2" fill="#2b211a" />
        <rect x="240" y="8" width="7" height="22" rx="1" fill="#7d3f2d" />
        <rect x="249" y="12" width="9" height="18" rx="1" fill="#2f5d5b" />
        <rect x="260" y="6" width="6" height="24" rx="1" fill="#d8c7a6" />
        <rect x="268" y="11" width="8" height="19" rx="1" fill="#59402f" />
      </g>
      <path d="M84 200c2-42 30-62 76-62s74 20 76 62z" fill={shirt} />
      <path d="M140 118h40v26c0 12-9 19-20 19s-20-7-20-19z" fill={skin} />
      <path d="M140 128c6 10 34 10 40 0v10c-8 9-32 9-40 0z" fill="#000" opacity="0.12" />
      <path d={HAIR[cut].back} fill={hair} />
      <ellipse cx="160" cy="88" rx="33" ry="41" fill={skin} />
      <path d={HAIR[cut].front} fill={hair} />
      <circle cx="147" cy="88" r="2.8" fill="#2b1c15" />
      <circle cx="173" cy="88" r="2.8" fill="#2b1c15" />
      <path
        d="M147 107c7 8 19 8 26 0"
        fill="none"
        stroke="#7a3b2e"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
    </svg>
  );
}
