import { isProblem } from '@/api/problem';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { sortProblem } from '@/lib/form-problem';

interface LoadFailedProps {
  /** What is missing: "Your hours could not be loaded." */
  title: string;
  error: unknown;
  onRetry: () => unknown;
}

/** In place of what did not come: why, and the way to try again, where another try could end otherwise. */
export function LoadFailed({ title, error, onRetry }: LoadFailedProps) {
  const isForbidden = isProblem(error) && error.status === 403;
  return (
    <Banner
      tone="danger"
      title={title}
      action={
        !isForbidden && (
          <Button size="sm" variant="secondary" onClick={() => void onRetry()}>
            Try again
          </Button>
        )
      }
    >
      {sortProblem(error, [], {}).form}
    </Banner>
  );
}
