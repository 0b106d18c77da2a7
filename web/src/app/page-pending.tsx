import { Skeleton } from '@/components/ui/skeleton';

/** What stands while a page's code is on its way. */
export function PagePending() {
  return (
    <div role="status" aria-label="Loading" className="mx-auto grid max-w-3xl gap-4 px-4 py-24">
      <Skeleton className="h-10 w-2/3" />
      <Skeleton className="h-5 w-full" />
      <Skeleton className="h-5 w-5/6" />
    </div>
  );
}
