import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { parseProblem, type Problem } from '@/api/problem';
import { AccountForm, type AccountValues } from './account-form';

afterEach(cleanup);

const input = (name: string) => screen.getByLabelText<HTMLInputElement>(name);
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

async function fill(values: Partial<AccountValues>) {
  if (values.display_name) await userEvent.type(input('Your name'), values.display_name);
  if (values.email) await userEvent.type(input('E-mail'), values.email);
  if (values.password) await userEvent.type(input('Password'), values.password);
}

/** What stands beside a field, as a screen reader finds it. */
const errorOf = (field: HTMLInputElement) => {
  const ids = field.getAttribute('aria-describedby')?.split(' ') ?? [];
  return ids.map((id) => document.getElementById(id)?.textContent).join(' ');
};

test('an empty form says what is missing, beside each field, and goes to the first', async () => {
  const onSubmit = vi.fn();
  render(<AccountForm kind="sign-up" onSubmit={onSubmit} />);
  await press('Create account');
  expect(errorOf(input('Your name'))).toContain('Say how others should call you');
  expect(errorOf(input('E-mail'))).toContain('Type your e-mail');
  expect(errorOf(input('Password'))).toContain('Type a password');
  expect(document.activeElement).toBe(input('Your name'));
  expect(onSubmit).not.toHaveBeenCalled();
});

test('a refusal lands beside its field and nothing typed is lost', async () => {
  const taken: Problem = parseProblem(409, { code: 'email_taken' });
  render(<AccountForm kind="sign-up" onSubmit={() => Promise.reject(taken as unknown as Error)} />);
  await fill({ display_name: 'Bo', email: 'bo@demo.test', password: 'a long password' });
  await press('Create account');
  await waitFor(() => expect(errorOf(input('E-mail'))).toContain('There is an account'));
  expect(document.activeElement).toBe(input('E-mail'));
  expect(input('Your name').value).toBe('Bo');
  expect(input('Password').value).toBe('a long password');
});

test('an error goes when its field is changed', async () => {
  render(<AccountForm kind="sign-in" onSubmit={vi.fn()} />);
  await press('Sign in');
  await userEvent.type(input('E-mail'), 'b');
  expect(input('E-mail').getAttribute('aria-invalid')).toBeNull();
  expect(input('Password').getAttribute('aria-invalid')).toBe('true');
});

test('wrong credentials are told for the form as a whole', async () => {
  const wrong: Problem = parseProblem(401, { code: 'credentials_wrong' });
  render(<AccountForm kind="sign-in" onSubmit={() => Promise.reject(wrong as unknown as Error)} />);
  await fill({ email: 'bo@demo.test', password: 'nope' });
  await press('Sign in');
  expect((await screen.findByRole('alert')).textContent).toContain('do not match');
});

test('while it is sent a second press does nothing', async () => {
  let answer: () => void = () => undefined;
  const onSubmit = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
  render(<AccountForm kind="sign-in" onSubmit={onSubmit} />);
  await fill({ email: ' bo@demo.test ', password: 'demo-demo-demo{Enter}{Enter}' });
  await press('Sign in');
  expect(onSubmit).toHaveBeenCalledTimes(1);
  expect(onSubmit).toHaveBeenCalledWith({
    display_name: '',
    email: 'bo@demo.test',
    password: 'demo-demo-demo',
  });
  answer();
  await waitFor(() =>
    expect(screen.getByRole('button', { name: 'Sign in' })).toHaveProperty('disabled', false),
  );
});

test('a password can be looked at', async () => {
  render(<AccountForm kind="sign-in" onSubmit={vi.fn()} />);
  await press('Show password');
  expect(input('Password').type).toBe('text');
});
