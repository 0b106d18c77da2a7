import { expect, test } from 'vitest';
import { draftOf, EMPTY_DRAFT, missingWords, profileOf } from './profile-fields';

test('lists are typed with commas and lines', () => {
  const profile = profileOf({
    ...EMPTY_DRAFT,
    headline: ' Rust ',
    skills: 'Rust, System design;\nC++ , ',
    links: 'https://a.example\n\n https://b.example ',
  });
  expect(profile.headline).toBe('Rust');
  expect(profile.skills).toEqual(['Rust', 'System design', 'C++']);
  expect(profile.links).toEqual(['https://a.example', 'https://b.example']);
  expect(profile.intro_video_url).toBeNull();
});

test('a saved profile comes back as it was typed', () => {
  const profile = profileOf({
    ...EMPTY_DRAFT,
    skills: 'A, B',
    languages: ['en'],
    links: 'https://a.example',
  });
  expect(profileOf(draftOf(profile))).toEqual(profile);
  expect(draftOf(null)).toEqual(EMPTY_DRAFT);
});

test('what is missing is told per field', () => {
  expect(Object.keys(missingWords(EMPTY_DRAFT))).toEqual([
    'headline',
    'about',
    'skills',
    'languages',
  ]);
  const whole = { ...EMPTY_DRAFT, headline: 'a', about: 'b', skills: 'c', languages: ['en'] };
  expect(missingWords(whole)).toEqual({});
});
