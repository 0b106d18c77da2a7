import { useId } from 'react';
import type { MentorApplication } from '@/api/types';
import { OutsideLink, ProfileText } from '@/components/profile-text';
import { Tags } from '@/components/tags';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { When } from '@/components/when';
import { sortProblem } from '@/lib/form-problem';
import { languageName } from '@/lib/language-name';
import { toast } from '@/lib/toast';
import { useApproveApplicationMutation } from './api';
import { DeclineDialog } from './decline-dialog';

/** One application: everything that will be public, and the decision. */
export function ApplicationCard({ application }: { application: MentorApplication }) {
  const { user_id, display_name, email, applied_at_ms, profile, version } = application;
  const titleId = useId();
  const [approve, { isLoading }] = useApproveApplicationMutation();

  const accept = async () => {
    const { error } = await approve({ user: user_id, version });
    toast(
      error
        ? { tone: 'danger', title: 'Not approved', detail: sortProblem(error, [], {}).form }
        : { tone: 'success', title: `${display_name} is a mentor` },
    );
  };

  const links = [...(profile.links ?? []), profile.intro_video_url].filter((link) => link !== null);
  return (
    <Card className="grid gap-4">
      <article aria-labelledby={titleId} className="grid gap-4">
        <header>
          <h2 id={titleId} className="text-lg break-words">
            {display_name}
          </h2>
          <p className="text-sm break-all text-muted">
            {email}
            {applied_at_ms !== null && (
              <>
                {' · applied '}
                <When ms={applied_at_ms} inText />
              </>
            )}
          </p>
        </header>
        <p className="font-medium break-words">{profile.headline}</p>
        <ProfileText text={profile.about} />
        {profile.experience && <ProfileText text={profile.experience} className="text-muted" />}
        <Tags label="Skills" items={profile.skills} />
        <Tags label="Languages" items={profile.languages.map(languageName)} />
        {links.length > 0 && (
          <ul className="grid gap-1 text-sm">
            {links.map((link) => (
              <li key={link}>
                <OutsideLink url={link} />
              </li>
            ))}
          </ul>
        )}
        <div className="flex flex-wrap gap-3">
          <Button busy={isLoading} onClick={() => void accept()} aria-describedby={titleId}>
            Approve
          </Button>
          <DeclineDialog user={user_id} name={display_name} />
        </div>
      </article>
    </Card>
  );
}
