import { toast } from '@/lib/toast';
import { useModerateReviewMutation } from './api';
import { ReasonDialog } from './reason-dialog';

const MISSING = 'Say why; it is kept.';

const WORDS = {
  hide: {
    open: 'Hide…',
    title: 'Hide this review?',
    description: 'It leaves the page and the rating. Its author reads your reason.',
    submit: 'Hide the review',
    missing: MISSING,
  },
  restore: {
    open: 'Put back…',
    title: 'Put this review back?',
    description: 'It is on the page and counts again.',
    submit: 'Put it back',
    missing: MISSING,
  },
  keep: {
    open: 'Keep…',
    title: 'Keep this review?',
    description: 'It stays, and the reports about it are settled.',
    submit: 'Keep the review',
    missing: MISSING,
  },
} as const;

const HIDES = { open: 'danger', submit: 'danger' } as const;
const SHOWS = { open: 'secondary', submit: 'primary' } as const;

/** What an administrator does with a review, with a reason that is kept. */
export function ModerateDialog({ review, what }: { review: string; what: keyof typeof WORDS }) {
  const [moderate, { isLoading }] = useModerateReviewMutation();

  const submit = async (reason: string) => {
    const { error } = await moderate({ review, what, reason });
    if (!error) toast({ tone: 'success', title: 'Done' });
    return { error };
  };

  return (
    <ReasonDialog
      words={WORDS[what]}
      variants={what === 'hide' ? HIDES : SHOWS}
      busy={isLoading}
      onSubmit={submit}
    />
  );
}
