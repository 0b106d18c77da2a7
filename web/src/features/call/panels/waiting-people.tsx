import { Button } from '@/components/ui/button';
import { Avatar } from '@/components/ui/avatar';
import { useCallState } from '../call-slice';
import type { Actions } from '../controls/use-actions';

const ADMIT_FAILED = 'They were not let in';
const REFUSE_FAILED = 'They were not refused';

/** Who stands at the door. */
export function WaitingPeople({ actions }: { actions: Actions }) {
  const waiting = useCallState((state) => state.waitingPeople);
  if (waiting.length === 0) return null;
  return (
    <section
      aria-label="Waiting"
      data-testid="waiting-people"
      className="grid gap-2 rounded-md bg-surface-2 p-3"
    >
      <div className="flex min-h-8 items-center justify-between">
        <h3 className="text-xs font-medium text-muted">Waiting ({waiting.length})</h3>
        {waiting.length > 1 && (
          <Button
            size="sm"
            variant="ghost"
            onClick={() => actions.moderate({ action: 'admit', participant: '*' }, ADMIT_FAILED)}
          >
            Let all in
          </Button>
        )}
      </div>
      <ul className="grid gap-2">
        {waiting.map(({ participant, name }) => (
          <li key={participant} className="flex items-center gap-2">
            <Avatar name={name} size="sm" />
            <span className="min-w-0 flex-1 truncate text-sm">{name}</span>
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Refuse ${name}`}
              onClick={() => actions.moderate({ action: 'refuse', participant }, REFUSE_FAILED)}
            >
              Refuse
            </Button>
            <Button
              size="sm"
              aria-label={`Let in ${name}`}
              onClick={() => actions.moderate({ action: 'admit', participant }, ADMIT_FAILED)}
            >
              Let in
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
