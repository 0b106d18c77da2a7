import type { ProblemWords } from '@/lib/form-problem';

export type AccountField = 'display_name' | 'email' | 'password';
export const ACCOUNT_FIELDS = ['display_name', 'email', 'password'] as const;

/** What the server's codes about accounts mean to the person at the form. */
export const ACCOUNT_WORDS: ProblemWords<AccountField> = {
  credentials_wrong: {
    text: 'E-mail and password do not match. Check both; capital letters count in the password.',
  },
  email_taken: {
    field: 'email',
    text: 'There is an account with this e-mail already. Sign in, or use another one.',
  },
  email_invalid: { field: 'email', text: 'This is not a complete e-mail address.' },
  password_too_short: { field: 'password', text: 'Make it longer: at least 10 characters.' },
  password_too_long: { field: 'password', text: 'Make it shorter: at most 200 characters.' },
  password_common: {
    field: 'password',
    text: 'Guessers try this one first. Take a few unrelated words.',
  },
  display_name_invalid: {
    field: 'display_name',
    text: 'Use 1 to 60 ordinary characters.',
  },
};

/** What can be told without asking the server. */
export function missingWords(
  values: Partial<Record<AccountField, string>>,
): Partial<Record<AccountField, string>> {
  const errors: Partial<Record<AccountField, string>> = {};
  if (values.display_name?.trim() === '') errors.display_name = 'Say how others should call you.';
  if (values.email?.trim() === '') errors.email = 'Type your e-mail address.';
  else if (values.email !== undefined && !values.email.includes('@'))
    errors.email = 'This is not a complete e-mail address.';
  if (values.password === '') errors.password = 'Type a password.';
  return errors;
}
