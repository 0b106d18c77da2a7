import { X } from 'lucide-react';
import { useState } from 'react';
import type { Availability } from '@/api/types';
import { Button } from '@/components/ui/button';
import { SmallIconButton } from '@/components/ui/small-icon-button';
import { Input } from '@/components/ui/input';

type TimeOff = Availability['time_off'];

interface TimeOffEditorProps {
  timeOff: TimeOff;
  onChange: (timeOff: TimeOff) => void;
}

const EMPTY = { first_day: '', last_day: '', note: '' };

/** Whole days without meetings. */
export function TimeOffEditor({ timeOff, onChange }: TimeOffEditorProps) {
  const [draft, setDraft] = useState(EMPTY);
  const isSound = draft.first_day !== '' && draft.first_day <= (draft.last_day || draft.first_day);
  const add = () => {
    onChange([...timeOff, { ...draft, last_day: draft.last_day || draft.first_day }]);
    setDraft(EMPTY);
  };
  return (
    <section aria-label="Time off" className="grid gap-4">
      <h2 className="text-lg">Time off</h2>
      {timeOff.length > 0 && (
        <ul className="divide-y divide-border rounded-md border border-border bg-surface">
          {timeOff.map((off, index) => (
            <li key={index} className="flex items-center gap-2 p-4">
              <p className="min-w-0 flex-1 break-words">
                {off.first_day}
                {off.last_day !== off.first_day && ` to ${off.last_day}`}
                {off.note && <span className="text-muted"> · {off.note}</span>}
              </p>
              <SmallIconButton
                label={`Remove the time off from ${off.first_day}`}
                onClick={() => onChange(timeOff.filter((_, i) => i !== index))}
              >
                <X aria-hidden />
              </SmallIconButton>
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Input
          type="date"
          aria-label="First day off"
          value={draft.first_day}
          onChange={({ target }) => setDraft({ ...draft, first_day: target.value })}
          className="w-44"
        />
        <Input
          type="date"
          aria-label="Last day off"
          value={draft.last_day}
          onChange={({ target }) => setDraft({ ...draft, last_day: target.value })}
          className="w-44"
        />
        <Input
          aria-label="Note, for yourself"
          placeholder="Note, for yourself"
          maxLength={200}
          value={draft.note}
          onChange={({ target }) => setDraft({ ...draft, note: target.value })}
          className="w-56"
        />
        <Button variant="secondary" disabled={!isSound} onClick={add}>
          Take it off
        </Button>
      </div>
    </section>
  );
}
