import { Link } from 'react-router';
import { Button } from '@/components/ui/button';
import { useTitle } from '@/lib/title';

export function LandingPage() {
  useTitle(undefined);
  return (
    <div className="mx-auto grid max-w-2xl gap-4 px-4 py-24">
      <h1 className="text-2xl">Meet your mentor face to face.</h1>
      <Button asChild className="justify-self-start">
        <Link to="/sessions">My sessions</Link>
      </Button>
    </div>
  );
}
