import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';

interface WordFieldProps {
  label: string;
  /** Who reads it. */
  reader: string;
  value: string;
  onChange: (words: string) => void;
}

/** A word for the other, or everyone, with what is done to a booking. */
export function WordField({ label, reader, value, onChange }: WordFieldProps) {
  return (
    <Field label={label} hint={`For ${reader}; may be empty.`}>
      {(control) => (
        <Textarea
          {...control}
          maxLength={500}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
