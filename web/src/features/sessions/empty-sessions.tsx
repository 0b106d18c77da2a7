import { useSiteQuery } from '@/api/site';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from 'react-router';

/** What a list without sessions says: how the first one comes about. */
export function EmptySessions({ isMentor }: { isMentor: boolean }) {
  const { data: site } = useSiteQuery();
  return (
    <Card className="grid justify-items-start gap-3 p-8">
      <h2 className="text-lg">{isMentor ? 'Your first session' : 'No sessions yet'}</h2>
      <p className="max-w-prose text-muted">
        {isMentor
          ? 'Start one above: it opens at once and copies its link. Send the link to your mentee, who joins from the browser, with or without an account. You let them in.'
          : 'Your mentor sends you a link. Open it, or paste it above, and the session shows up here from then on.'}
      </p>
      {site?.demo && (
        <Button variant="secondary" asChild>
          <Link to={`/join/${site.demo.join_code}`}>Try the demo session</Link>
        </Button>
      )}
    </Card>
  );
}
