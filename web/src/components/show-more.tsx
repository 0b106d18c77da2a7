import { Button } from '@/components/ui/button';

interface ShowMoreProps {
  /** An infinite query, as far as this goes. */
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  className?: string;
  children: string | string[];
}

/** Under a list: its next page; nothing where there is none. */
export function ShowMore({ query, className = 'justify-self-center', children }: ShowMoreProps) {
  if (!query.hasNextPage) return null;
  return (
    <Button
      variant="secondary"
      className={className}
      busy={query.isFetchingNextPage}
      onClick={() => void query.fetchNextPage()}
    >
      {children}
    </Button>
  );
}
