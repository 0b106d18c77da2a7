import { expect, test } from 'vitest';
import { networkProblem, parseProblem } from '@/api/problem';
import { sortProblem } from './form-problem';

const fields = ['email', 'password'] as const;
const words = {
  email_taken: { field: 'email', text: 'There is an account with this e-mail already.' },
  credentials_wrong: { text: 'E-mail and password do not match.' },
} as const;

test('a code with a field lands beside the field', () => {
  const problem = parseProblem(409, { code: 'email_taken', detail: 'taken' });
  expect(sortProblem(problem, fields, words)).toEqual({
    fields: { email: 'There is an account with this e-mail already.' },
  });
});

test('fields the server names keep its sentence when we have none', () => {
  const problem = parseProblem(422, {
    code: 'validation',
    fields: [
      { field: 'password', code: 'password_too_short', detail: 'Use at least 10 characters.' },
      { field: 'shoe_size', code: 'odd', detail: '?' },
    ],
  });
  expect(sortProblem(problem, fields, words)).toEqual({
    fields: { password: 'Use at least 10 characters.' },
  });
});

test('a code without a field is about the whole form', () => {
  const problem = parseProblem(401, { code: 'credentials_wrong' });
  expect(sortProblem(problem, fields, words).form).toBe('E-mail and password do not match.');
});

test('being too fast says how long to wait', () => {
  const problem = parseProblem(429, { code: 'rate_limited' }, '40');
  expect(sortProblem(problem, fields, words).form).toBe(
    'Too many tries. Wait 40 seconds, then try again.',
  );
});

test('no answer at all is said as that', () => {
  expect(sortProblem(networkProblem, fields, words).form).toContain('could not be reached');
});

test('an answer that is no problem+json does not break the form', () => {
  expect(sortProblem(parseProblem(502, '<html>'), fields, words).form).toBeTruthy();
  expect(sortProblem(new Error('bug'), fields, words).form).toContain('try again');
});
