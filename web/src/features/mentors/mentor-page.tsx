import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { isProblem } from '@/api/problem';
import { useMeQuery } from '@/api/me';
import type { MentorPage as Mentor } from '@/api/types';
import { OutsideLink, ProfileText } from '@/components/profile-text';
import { SaveButton } from '@/components/save-button';
import { Tags } from '@/components/tags';
import { Avatar } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { sortProblem } from '@/lib/form-problem';
import { languageName } from '@/lib/language-name';
import { useTitle } from '@/lib/title';
import { useMentorPageQuery } from './api';

interface MentorPageProps {
  /** Whether what `booking` shows is there: the page comes whole, so that nothing moves. */
  isReady: boolean;
  /** How they are booked. */
  booking: (mentor: Mentor) => ReactNode;
  /** What is said of them. */
  reviews: (mentor: Mentor) => ReactNode;
}

/** A mentor's public page. */
export function MentorPage({ isReady, booking, reviews }: MentorPageProps) {
  const { slug = '' } = useParams();
  const { data: mentor, error, refetch } = useMentorPageQuery(slug);
  useTitle(mentor?.display_name ?? (error ? 'Mentor not found' : undefined));
  if (mentor && isReady)
    return <MentorArticle mentor={mentor} booking={booking} reviews={reviews} />;
  if (!error) {
    return (
      <div
        role="status"
        aria-label="Loading"
        className="mx-auto grid w-full max-w-3xl gap-4 px-4 py-14"
      >
        <Skeleton className="h-28" />
        <Skeleton className="h-56" />
      </div>
    );
  }
  const gone = isProblem(error) && error.status === 404;
  return (
    <div className="mx-auto grid w-full max-w-md justify-items-center gap-4 px-4 py-20 text-center">
      <h1 className="text-xl">
        {gone ? 'There is no such mentor' : 'This page could not be loaded'}
      </h1>
      <p className="text-muted">
        {gone
          ? 'The address may be mistyped, or this person no longer mentors here.'
          : sortProblem(error, [], {}).form}
      </p>
      {gone ? (
        <Button asChild>
          <Link to="/mentors">Find a mentor</Link>
        </Button>
      ) : (
        <Button onClick={() => void refetch()}>Try again</Button>
      )}
    </div>
  );
}

function MentorArticle({
  mentor,
  booking,
  reviews,
}: Omit<MentorPageProps, 'isReady'> & { mentor: Mentor }) {
  const { data: me } = useMeQuery();
  const links = mentor.links ?? [];
  return (
    <article className="mx-auto grid w-full max-w-3xl gap-10 px-4 py-10 sm:py-14">
      <header className="flex flex-wrap items-center gap-x-6 gap-y-4">
        <Avatar name={mentor.display_name} picture={mentor.picture_url} size="lg" />
        <div className="grid min-w-0 flex-1 basis-64 gap-1">
          <h1 className="text-xl break-words">{mentor.display_name}</h1>
          <p className="text-lg break-words text-muted">{mentor.headline}</p>
        </div>
        {me?.id === mentor.id ? (
          <Button variant="secondary" asChild>
            <Link to="/mentor-profile">Edit my page</Link>
          </Button>
        ) : (
          <SaveButton mentor={mentor} />
        )}
      </header>
      <Section title="Book a session">{booking(mentor)}</Section>
      <Section title="About">
        <ProfileText text={mentor.about} className="max-w-prose" />
      </Section>
      <Section title="Skills">
        <Tags label="Skills" items={mentor.skills} />
      </Section>
      <Section title="Languages">
        <Tags label="Languages" items={mentor.languages.map(languageName)} />
      </Section>
      {mentor.experience && (
        <Section title="Experience">
          <ProfileText text={mentor.experience} className="max-w-prose" />
        </Section>
      )}
      {mentor.intro_video_url && (
        <Section title="Intro video">
          <p>
            <OutsideLink url={mentor.intro_video_url}>Watch the video</OutsideLink>
          </p>
        </Section>
      )}
      {links.length > 0 && (
        <Section title="Links">
          <ul className="grid gap-1">
            {links.map((link) => (
              <li key={link}>
                <OutsideLink url={link} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Reviews">{reviews(mentor)}</Section>
    </article>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-3">
      <h2 className="text-lg">{title}</h2>
      {children}
    </section>
  );
}
