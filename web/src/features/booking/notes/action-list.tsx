import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { SessionAction, SessionNotes } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { SmallIconButton } from '@/components/ui/small-icon-button';
import { cn } from '@/lib/cn';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useAddActionMutation, useChangeActionMutation, useRemoveActionMutation } from './api';

interface ActionListProps {
  session: string;
  actions: SessionAction[];
  people: SessionNotes['people'];
}

const NOBODY = 'nobody';
const EMPTY = { text: '', assignee: NOBODY, due: '' };

/** What is to do: by whom, until when, and whether it is done. */
export function ActionList({ session, actions, people }: ActionListProps) {
  const [draft, setDraft] = useState(EMPTY);
  const [add, { isLoading, error }] = useAddActionMutation();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (draft.text.trim() === '' || isLoading) return;
    const { data } = await add({
      session,
      text: draft.text,
      assignee_id: draft.assignee === NOBODY ? null : draft.assignee,
      due_on: draft.due === '' ? null : draft.due,
      is_done: false,
    });
    if (data) setDraft(EMPTY);
  };

  return (
    <section aria-label="To do" className="grid gap-3">
      <h2 className="text-lg">To do</h2>
      {actions.length > 0 && (
        <ul className="divide-y divide-border rounded-md border border-border bg-surface">
          {actions.map((action) => (
            <Row key={action.id} session={session} action={action} />
          ))}
        </ul>
      )}
      <form className="flex flex-wrap items-center gap-3" onSubmit={(event) => void submit(event)}>
        <Input
          aria-label="Something to do"
          placeholder="Something to do"
          maxLength={500}
          value={draft.text}
          onChange={({ target }) => setDraft({ ...draft, text: target.value })}
          className="w-auto min-w-0 flex-1 basis-56"
        />
        <Select
          aria-label="Who does it"
          options={[
            { value: NOBODY, label: 'Anybody' },
            ...people.map(({ id, display_name }) => ({ value: id, label: display_name })),
          ]}
          value={draft.assignee}
          onValueChange={(assignee) => setDraft({ ...draft, assignee })}
          className="w-40"
        />
        <Input
          type="date"
          aria-label="Until when"
          value={draft.due}
          onChange={({ target }) => setDraft({ ...draft, due: target.value })}
          className="w-44"
        />
        <Button
          type="submit"
          variant="secondary"
          busy={isLoading}
          disabled={draft.text.trim() === ''}
        >
          Add
        </Button>
      </form>
      {error && <Banner tone="danger">{sortProblem(error, [], {}).form}</Banner>}
    </section>
  );
}

function Row({ session, action }: { session: string; action: SessionAction }) {
  const [change] = useChangeActionMutation();
  const [remove] = useRemoveActionMutation();
  const { id, text, assignee, due_on, done_at_ms, version } = action;
  const isDone = done_at_ms !== null;

  const failed = (error: unknown) =>
    toast({ tone: 'danger', title: 'Not changed', detail: sortProblem(error, [], {}).form });
  const tick = async () => {
    const assignee_id = assignee?.id ?? null;
    const { error } = await change({
      session,
      id,
      text,
      assignee_id,
      due_on,
      is_done: !isDone,
      version,
    });
    if (error) failed(error);
  };
  const takeOut = async () => {
    const { error } = await remove({ session, id });
    if (error) failed(error);
  };

  return (
    <li className="flex items-center gap-3 p-4">
      <label className="flex min-w-0 flex-1 items-start gap-3">
        <input
          type="checkbox"
          checked={isDone}
          onChange={() => void tick()}
          className="mt-1 size-4 shrink-0 accent-accent"
        />
        <span className={cn('min-w-0 break-words', isDone && 'text-muted line-through')}>
          {text}
          {(assignee ?? due_on) && (
            // As a block of its own, which the line does not go through.
            <span className="inline-block w-full text-sm break-words text-muted">
              {[assignee?.display_name, due_on && `until ${due_on}`].filter(Boolean).join(' · ')}
            </span>
          )}
        </span>
      </label>
      <SmallIconButton label={`Remove “${text}”`} onClick={() => void takeOut()}>
        <X aria-hidden />
      </SmallIconButton>
    </li>
  );
}
