import { Link } from 'react-router';
import type { MentorCard } from '@/api/types';
import { SaveButton } from '@/components/save-button';
import { Rating } from '@/components/stars';
import { Tags } from '@/components/tags';
import { Avatar } from '@/components/ui/avatar';
import { When } from '@/components/when';
import { languageName } from '@/lib/language-name';
import { price as priceWords } from '@/lib/money';

const SKILLS = 5;

/** A mentor in a list: who, what for, how good, how much, when next. The name leads to the page. */
export function MentorRow({ mentor }: { mentor: MentorCard }) {
  const { slug, display_name, picture_url, headline, skills, languages } = mentor;
  const { price, rating, reviews, soonest_opening_ms } = mentor;
  return (
    <li className="flex items-start gap-4 p-4">
      <Avatar name={display_name} picture={picture_url} className="mt-0.5" />
      <div className="grid min-w-0 flex-1 gap-2">
        <div>
          <h2 className="text-base break-words">
            <Link to={`/mentors/${slug}`} className="rounded-sm hover:underline">
              {display_name}
            </Link>
          </h2>
          <p className="break-words text-muted">{headline}</p>
        </div>
        {(rating !== null || price !== null || soonest_opening_ms !== null) && (
          <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm tabular-nums">
            {rating !== null && <Rating rating={rating} reviews={reviews} />}
            {price && (
              <span>
                {price.minor === 0 ? 'Free' : `from ${priceWords(price.minor, price.currency)}`}
              </span>
            )}
            {soonest_opening_ms !== null && (
              <span>
                Next free <When ms={soonest_opening_ms} inText />
              </span>
            )}
          </p>
        )}
        <Tags label={`Skills of ${display_name}`} items={skills.slice(0, SKILLS)} />
        <p className="text-sm text-muted">Speaks {languages.map(languageName).join(', ')}</p>
      </div>
      <SaveButton mentor={mentor} />
    </li>
  );
}

export function MentorRows({ mentors }: { mentors: readonly MentorCard[] }) {
  return (
    <ul className="divide-y divide-border rounded-md border border-border bg-surface">
      {mentors.map((mentor) => (
        <MentorRow key={mentor.id} mentor={mentor} />
      ))}
    </ul>
  );
}
