import { Link } from 'react-router';
import { Button } from '@/components/ui/button';
import { useTitle } from '@/lib/title';

export function NotFoundPage() {
  useTitle('Page not found');
  return (
    <div className="mx-auto grid w-full max-w-md justify-items-center gap-4 px-4 py-20 text-center sm:py-28">
      <h1 className="text-xl">There is no page here</h1>
      <p className="text-muted">
        The address may be mistyped or old. If someone sent you a join link, check that it arrived
        whole.
      </p>
      <div className="mt-2 flex flex-wrap justify-center gap-3">
        <Button asChild>
          <Link to="/sessions">My sessions</Link>
        </Button>
        <Button variant="secondary" asChild>
          <Link to="/">To the start page</Link>
        </Button>
      </div>
    </div>
  );
}
