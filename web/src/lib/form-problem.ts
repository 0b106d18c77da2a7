import { isProblem, type Problem } from '@/api/problem';

/** Where an error of a form belongs: beside its fields, or above the form as a whole. */
export interface FormErrors<Field extends string> {
  fields: Partial<Record<Field, string>>;
  form?: string;
}

/** Per stable code: the field it is about (none: the whole form) and the words for it. */
export type ProblemWords<Field extends string> = Record<string, { field?: Field; text: string }>;

/** Sorts what a failed submit said. Codes without words of ours keep the server's own sentence. */
export function sortProblem<Field extends string>(
  error: unknown,
  fields: readonly Field[],
  words: ProblemWords<Field>,
): FormErrors<Field> {
  if (!isProblem(error)) {
    return { fields: {}, form: 'Something went wrong. Nothing you typed is lost; try again.' };
  }
  const result: FormErrors<Field> = { fields: {} };
  for (const { field, code, detail } of error.fields) {
    const known = fields.find((name) => name === field);
    if (known) result.fields[known] ??= words[code]?.text ?? detail;
  }
  if (Object.keys(result.fields).length > 0) return result;
  const known = words[error.code];
  if (known?.field) return { fields: { [known.field]: known.text } as FormErrors<Field>['fields'] };
  return { fields: {}, form: known?.text ?? generalWords(error) };
}

function generalWords({ code, detail, retryAfterSeconds }: Problem): string {
  if (code === 'rate_limited') {
    const wait = retryAfterSeconds ? waitWords(retryAfterSeconds) : 'a little while';
    return `Too many tries. Wait ${wait}, then try again.`;
  }
  return detail;
}

function waitWords(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
