import type { ReactNode } from 'react';
import { Skeleton } from '@/components/ui/skeleton';

/** In place of the pre-join page: what is wrong, and the way out. */
export function JoinMessage({
  title,
  text,
  children,
}: {
  title: string;
  text: string;
  children: ReactNode;
}) {
  return (
    <main className="mx-auto grid min-h-dvh max-w-md content-center justify-items-center gap-4 px-4 text-center">
      <h1 className="text-xl">{title}</h1>
      <p className="text-muted">{text}</p>
      {children}
    </main>
  );
}

export function JoinPending() {
  return (
    <main
      role="status"
      aria-label="Loading"
      className="mx-auto grid min-h-dvh w-full max-w-6xl content-center gap-8 px-4 lg:grid-cols-[1.65fr_1fr]"
    >
      <Skeleton className="aspect-video w-full" />
      <div className="grid content-center gap-4">
        <Skeleton className="h-8 w-2/3" />
        <Skeleton className="h-11 w-full" />
        <Skeleton className="h-12 w-full" />
      </div>
    </main>
  );
}
