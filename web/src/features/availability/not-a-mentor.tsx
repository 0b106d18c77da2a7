import { Link } from 'react-router';
import { Button } from '@/components/ui/button';

/** Instead of pages that are for mentors. */
export function NotAMentor() {
  return (
    <div className="mx-auto grid w-full max-w-md justify-items-center gap-4 px-4 py-20 text-center">
      <h1 className="text-xl">This page is for mentors</h1>
      <p className="text-muted">Apply first; once you are approved, people can book you.</p>
      <Button asChild>
        <Link to="/mentor-profile">Become a mentor</Link>
      </Button>
    </div>
  );
}
