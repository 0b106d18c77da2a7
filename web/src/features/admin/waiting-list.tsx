import type { ReactNode } from 'react';
import { LoadFailed } from '@/components/load-failed';
import { ShowMore } from '@/components/show-more';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';

/** What an infinite query gives. */
interface Pages<Item> {
  data?: { pages: { items: Item[] }[] } | undefined;
  error?: unknown;
  isLoading: boolean;
  refetch: () => unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

interface WaitingListProps<Item> {
  query: Pages<Item>;
  /** What the items are, in the plural: "disputes". */
  items: string;
  empty: { title: string; text: string };
  keyOf: (item: Item) => string;
  children: (item: Item) => ReactNode;
}

/** What waits for an administrator, a page after the other. */
export function WaitingList<Item>({
  query,
  items,
  empty,
  keyOf,
  children,
}: WaitingListProps<Item>) {
  const { data, error, isLoading, refetch } = query;
  if (isLoading) return <Skeleton className="h-56" />;
  if (error && !data) {
    return (
      <LoadFailed title={`The ${items} could not be loaded.`} error={error} onRetry={refetch} />
    );
  }
  const shown = data?.pages.flatMap((page) => page.items) ?? [];
  if (shown.length === 0) {
    return (
      <Card className="grid gap-2 p-8">
        <h2 className="text-lg">{empty.title}</h2>
        <p className="text-muted">{empty.text}</p>
      </Card>
    );
  }
  return (
    <>
      <ul className="grid gap-4">
        {shown.map((item) => (
          <li key={keyOf(item)}>{children(item)}</li>
        ))}
      </ul>
      <ShowMore query={query}>Show more {items}</ShowMore>
    </>
  );
}
