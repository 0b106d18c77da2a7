import { expect, test } from 'vitest';
import { initials, nameHue } from './names';

test.each([
  ['Ada Lovelace', 'AL'],
  ['  bo  ', 'B'],
  ['Jean Claude van Damme', 'JD'],
  ['Ångström', 'Å'],
  ['🦀 Ferris', '🦀F'],
  ['', '?'],
])('the initials of "%s" are %s', (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test('a person keeps their colour', () => {
  expect(nameHue('Ada')).toBe(nameHue('Ada'));
  expect(nameHue('Ada')).not.toBe(nameHue('Bo'));
});
