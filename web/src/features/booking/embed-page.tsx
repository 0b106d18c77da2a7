import { ExternalLink } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useParams, useSearchParams } from 'react-router';
import type { Offering } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { useTitle } from '@/lib/title';
import { useMentorOfferingsQuery } from './api';
import { Choices, openingAt } from './book-section';
import { OpeningPicker } from './opening-picker';
import { WhenInFull } from './when-in-full';

/** Openings inside somebody else's page. Looking happens here, booking in a tab of our own. */
export function EmbedPage() {
  const { slug = '' } = useParams();
  const { data: offerings, error } = useMentorOfferingsQuery(slug);
  const free = offerings?.filter(({ price_minor }) => price_minor === 0);
  const mentor = offerings?.[0]?.mentor.display_name;
  useTitle(mentor ? `Book a session with ${mentor}` : 'Book a session');
  const content = useReportedHeight();
  const page = `/mentors/${slug}`;
  return (
    <main ref={content} aria-labelledby="book" className="grid gap-5 p-4">
      <h1 id="book" className="text-lg">
        {mentor ? `Book a session with ${mentor}` : 'Book a session'}
      </h1>
      {!offerings && !error && <Skeleton className="h-96" />}
      {free && free.length > 0 && <Picker slug={slug} offerings={free} />}
      {(error ?? free?.length === 0) && (
        <div className="grid justify-items-start gap-4">
          <p className="text-muted">
            {error ? 'The times could not be loaded here.' : 'There is nothing to book here now.'}
          </p>
          <Button asChild>
            <a href={page} target="_blank" rel="noopener">
              Look at the whole page <ExternalLink aria-hidden />
            </a>
          </Button>
        </div>
      )}
    </main>
  );
}

function Picker({ slug, offerings }: { slug: string; offerings: Offering[] }) {
  const [params, setParams] = useSearchParams();
  const offering = offerings.find(({ id }) => id === params.get('offering')) ?? offerings[0];
  if (!offering) return null;
  const at = Number(params.get('at'));
  const chosen = at > 0 ? openingAt(offering, at) : undefined;
  const choose = (id: string, startsAtMs?: number) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.set('offering', id);
        if (startsAtMs) next.set('at', String(startsAtMs));
        else next.delete('at');
        return next;
      },
      { replace: true },
    );
  const query = new URLSearchParams({ offering: offering.id, at: String(at) });
  return (
    <>
      <Choices offerings={offerings} value={offering.id} onChoose={(id) => choose(id)} />
      <OpeningPicker
        key={offering.id}
        offering={offering.id}
        chosen={chosen}
        onChoose={(opening) => choose(offering.id, opening?.starts_at_ms)}
      />
      {chosen && (
        <div className="flex flex-wrap items-center gap-3">
          <WhenInFull startsAtMs={chosen.starts_at_ms} endsAtMs={chosen.ends_at_ms} />
          <Button size="lg" asChild>
            <a href={`/mentors/${slug}?${query.toString()}`} target="_blank" rel="noopener">
              Go on to book <ExternalLink aria-hidden />
              <span className="sr-only">(opens a new tab)</span>
            </a>
          </Button>
        </div>
      )}
    </>
  );
}

/** Tells the page around how tall this is: widget.js gives the frame that height. */
function useReportedHeight() {
  const content = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = content.current;
    if (!element || window.parent === window) return;
    const observer = new ResizeObserver(() => {
      const height = Math.ceil(element.getBoundingClientRect().height);
      // A height is no secret, and the page around may be anybody's.
      window.parent.postMessage({ type: 'facementor:height', height }, '*');
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return content;
}
