import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { COUNTS, INTERVALS, type Repeat } from './repeat';

interface RepeatFieldsProps {
  value: Repeat;
  onChange: (value: Repeat) => void;
}

const intervals = [0, ...INTERVALS].map((weeks) => ({
  value: String(weeks),
  label: wordsOf(weeks),
}));
const counts = COUNTS.map((count) => ({ value: String(count), label: String(count) }));

function wordsOf(weeks: number): string {
  if (weeks === 0) return 'Only once';
  return weeks === 1 ? 'Every week' : `Every ${weeks} weeks`;
}

/** Once, or the same time of the following weeks too. */
export function RepeatFields({ value, onChange }: RepeatFieldsProps) {
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <Field label="Repeat">
        {(control) => (
          <Select
            {...control}
            options={intervals}
            value={String(value.interval)}
            onValueChange={(weeks) => onChange({ ...value, interval: Number(weeks) })}
          />
        )}
      </Field>
      {value.interval > 0 && (
        <Field label="How many sessions">
          {(control) => (
            <Select
              {...control}
              options={counts}
              value={String(value.count)}
              onValueChange={(count) => onChange({ ...value, count: Number(count) })}
            />
          )}
        </Field>
      )}
    </div>
  );
}
