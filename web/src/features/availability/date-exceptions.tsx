import { X } from 'lucide-react';
import { useState } from 'react';
import type { Availability } from '@/api/types';
import { Button } from '@/components/ui/button';
import { SmallIconButton } from '@/components/ui/small-icon-button';
import { Input } from '@/components/ui/input';
import { HoursEditor } from './hours-editor';

type Overrides = Availability['overrides'];

interface DateExceptionsProps {
  overrides: Overrides;
  onChange: (overrides: Overrides) => void;
}

/** Dates with hours of their own. */
export function DateExceptions({ overrides, onChange }: DateExceptionsProps) {
  const [date, setDate] = useState('');
  const isThere = overrides.some((each) => each.date === date);
  const add = () => {
    const added = { date, windows: [{ from: '09:00', until: '17:00' }] };
    onChange([...overrides, added].sort((a, b) => a.date.localeCompare(b.date)));
    setDate('');
  };
  return (
    <section aria-label="Dates that differ" className="grid gap-4">
      <h2 className="text-lg">Dates that differ</h2>
      {overrides.length > 0 && (
        <ul className="divide-y divide-border rounded-md border border-border bg-surface">
          {overrides.map((each) => (
            <li key={each.date} className="flex items-start gap-2 p-4">
              <div className="min-w-0 flex-1">
                <HoursEditor
                  name={each.date}
                  hours={each.windows ?? []}
                  onChange={(windows) =>
                    onChange(overrides.map((old) => (old === each ? { ...old, windows } : old)))
                  }
                />
              </div>
              <SmallIconButton
                label={`${each.date} as every week`}
                onClick={() => onChange(overrides.filter((old) => old !== each))}
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
          aria-label="A date that differs"
          value={date}
          onChange={({ target }) => setDate(target.value)}
          className="w-44"
        />
        <Button variant="secondary" disabled={!date || isThere} onClick={add}>
          Give it other hours
        </Button>
      </div>
    </section>
  );
}
