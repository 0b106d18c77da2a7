import { useState } from 'react';
import type { FoundMentors } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { ShowMore } from '@/components/show-more';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { languageName } from '@/lib/language-name';
import { zoneName } from '@/lib/time';
import { useTitle } from '@/lib/title';
import { useMentorsInfiniteQuery } from './api';
import { MentorRows } from './mentor-row';
import { EVERYTHING, isNarrowed, type Search } from './search';
import { SearchForm } from './search-form';
import { useSearch } from './use-search';

type Facets = NonNullable<FoundMentors['facets']>;

/** Finding a mentor. The address holds the search. */
export function SearchPage() {
  useTitle('Find a mentor');
  const [search, change] = useSearch();
  const query = useMentorsInfiniteQuery(search);
  const { data, currentData, error, isFetching, refetch, hasNextPage } = query;
  const facets = useLastFacets(data?.pages[0]?.facets);
  const mentors = (currentData ?? data)?.pages.flatMap((page) => page.items);
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <h1 className="text-xl">Find a mentor</h1>
      <SearchForm
        search={search}
        onChange={change}
        skills={facets.skills}
        languages={facets.languages.map((facet) => ({
          ...facet,
          label: languageName(facet.label),
        }))}
        timeZones={facets.time_zones.map((facet) => ({ ...facet, label: zoneName(facet.label) }))}
      />
      <section aria-label="Mentors found" aria-busy={isFetching} className="grid gap-4">
        <p role="status" className="text-sm text-muted">
          {!isFetching && !error && mentors && countWords(mentors.length, hasNextPage)}
        </p>
        {error && !isFetching && (
          <LoadFailed title="The mentors could not be loaded." error={error} onRetry={refetch} />
        )}
        {!mentors && !error && <Skeleton className="h-96" />}
        {mentors && mentors.length > 0 && <MentorRows mentors={mentors} />}
        {mentors?.length === 0 && !isFetching && !error && (
          <Nothing search={search} onReset={() => change(EVERYTHING)} />
        )}
        <ShowMore query={query}>Show more mentors</ShowMore>
      </section>
    </div>
  );
}

/** Filters stay where they are while the next answer is on its way. */
function useLastFacets(facets: Facets | null | undefined): Facets {
  const [last, setLast] = useState<Facets>({ skills: [], languages: [], time_zones: [] });
  if (facets && facets !== last) setLast(facets);
  return facets ?? last;
}

function countWords(count: number, more: boolean): string {
  if (count === 0) return 'No mentors found';
  if (more) return `${count} mentors shown, there are more`;
  return count === 1 ? '1 mentor found' : `${count} mentors found`;
}

function Nothing({ search, onReset }: { search: Search; onReset: () => void }) {
  const narrowed = isNarrowed(search) || search.sort !== '';
  return (
    <Card className="grid justify-items-start gap-3 p-8">
      <h2 className="text-lg">
        {narrowed ? 'Nobody fits all of that' : 'There are no mentors yet'}
      </h2>
      <p className="max-w-prose text-muted">
        {narrowed
          ? 'Every word and every filter must fit. Try fewer words, another spelling, or any language.'
          : 'Mentors show up here once an administrator has approved them.'}
      </p>
      {narrowed && (
        <Button variant="secondary" onClick={onReset}>
          Show all mentors
        </Button>
      )}
    </Card>
  );
}
