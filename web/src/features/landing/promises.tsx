import { DoorOpen, RefreshCw, Server, Zap } from 'lucide-react';

const PROMISES = [
  [Server, 'Yours', 'One program on your own machine. Calls pass through it and nobody else’s.'],
  [Zap, 'Quick', 'The call is ready while you still check your hair: joining is one press.'],
  [RefreshCw, 'Steady', 'When the network drops, people see it, and the call picks itself up.'],
  [DoorOpen, 'Private', 'A waiting room by default. Who is not let in hears and sees nothing.'],
] as const;

export function Promises() {
  return (
    <section aria-label="What you can count on" className="border-t border-border">
      <ul className="mx-auto grid max-w-5xl gap-8 px-4 py-14 sm:grid-cols-2 sm:py-20 lg:grid-cols-4">
        {PROMISES.map(([Icon, name, text]) => (
          <li key={name} className="grid content-start gap-2">
            <Icon className="size-5 text-accent" aria-hidden />
            <h2 className="text-base">{name}</h2>
            <p className="text-sm text-muted">{text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
