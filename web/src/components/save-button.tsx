import { Heart } from 'lucide-react';
import { Link, useLocation } from 'react-router';
import { useMeQuery } from '@/api/me';
import { type Savable, useSavedMentorsQuery, useSetSavedMutation } from '@/api/saved-mentors';
import { cn } from '@/lib/cn';
import { sortProblem } from '@/lib/form-problem';
import { withReturnTo } from '@/lib/return-to';
import { toast } from '@/lib/toast';

const style =
  'inline-flex size-10 shrink-0 items-center justify-center rounded-md text-muted hover:bg-surface-2 hover:text-foreground';

/** The heart: keeps a mentor on one's list. Strangers sign in first and come back. */
export function SaveButton({ mentor }: { mentor: Savable }) {
  const { data: me } = useMeQuery();
  const { pathname, search } = useLocation();
  const { data: saved } = useSavedMentorsQuery(undefined, { skip: !me });
  const [setSaved] = useSetSavedMutation();
  const label = `Save ${mentor.display_name}`;
  if (!me) {
    return (
      <Link
        to={withReturnTo('/sign-in', pathname + search)}
        aria-label={`${label} (sign in first)`}
        className={style}
      >
        <Heart className="size-5" aria-hidden />
      </Link>
    );
  }
  const isSaved = saved?.some(({ id }) => id === mentor.id) ?? false;
  const toggle = async () => {
    const { error } = await setSaved({ mentor, saved: !isSaved });
    if (error) {
      toast({ tone: 'danger', title: 'Not saved', detail: sortProblem(error, [], {}).form });
    }
  };
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={isSaved}
      disabled={saved === undefined}
      onClick={() => void toggle()}
      className={cn(style, isSaved && 'text-danger hover:text-danger')}
    >
      <Heart className={cn('size-5', isSaved && 'fill-current')} aria-hidden />
    </button>
  );
}
