import { type FormEvent, useRef, useState } from 'react';
import { type FormErrors, type ProblemWords, sortProblem } from './form-problem';

interface FormOptions<Field extends string> {
  /** In the order they stand on the page. */
  fields: readonly Field[];
  initial: Record<Field, string>;
  words: ProblemWords<Field>;
  /** What can be told without asking the server. */
  check: (values: Record<Field, string>) => Partial<Record<Field, string>>;
  /** Sends it; rejects with the Problem. */
  submit: (values: Record<Field, string>) => Promise<void>;
}

/** A short form of text fields: errors beside them, focus on the first, nothing typed is lost, one submit at a time. */
export function useForm<Field extends string>(options: FormOptions<Field>) {
  const { fields, initial, words, check, submit } = options;
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<FormErrors<Field>>({ fields: {} });
  const [busy, setBusy] = useState(false);

  const show = (found: FormErrors<Field>) => {
    setErrors(found);
    const first = fields.find((field) => found.fields[field]);
    if (first) form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  };

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const missing = check(values);
    show({ fields: missing });
    if (Object.keys(missing).length > 0) return;
    setBusy(true);
    try {
      await submit(values);
    } catch (error) {
      show(sortProblem(error, fields, words));
    } finally {
      setBusy(false);
    }
  };

  const bind = (name: Field) => ({
    name,
    value: values[name],
    onChange: ({ target }: { target: { value: string } }) => {
      setValues((old) => ({ ...old, [name]: target.value }));
      setErrors((old) => ({ ...old, fields: { ...old.fields, [name]: undefined } }));
    },
  });

  return { form, errors, busy, values, onSubmit, bind, reset: () => setValues(initial) };
}
