import type { MentorProfile } from '@/api/types';

/** The profile as it is typed: lists are lines and commas. */
export interface ProfileDraft {
  headline: string;
  about: string;
  experience: string;
  skills: string;
  languages: string[];
  links: string;
  intro_video_url: string;
}

export type ProfileField = keyof ProfileDraft;

export const PROFILE_FIELDS = [
  'headline',
  'about',
  'skills',
  'languages',
  'experience',
  'links',
  'intro_video_url',
] as const satisfies readonly ProfileField[];

export const EMPTY_DRAFT: ProfileDraft = {
  headline: '',
  about: '',
  experience: '',
  skills: '',
  languages: [],
  links: '',
  intro_video_url: '',
};

const pieces = (text: string, separator: RegExp) =>
  text
    .split(separator)
    .map((piece) => piece.trim())
    .filter(Boolean);

export function draftOf(profile: MentorProfile | null): ProfileDraft {
  if (!profile) return EMPTY_DRAFT;
  return {
    headline: profile.headline,
    about: profile.about,
    experience: profile.experience ?? '',
    skills: profile.skills.join(', '),
    languages: profile.languages,
    links: (profile.links ?? []).join('\n'),
    intro_video_url: profile.intro_video_url ?? '',
  };
}

export function profileOf(draft: ProfileDraft): MentorProfile {
  return {
    headline: draft.headline.trim(),
    about: draft.about.trim(),
    experience: draft.experience.trim(),
    skills: pieces(draft.skills, /[,;\n]/u),
    languages: draft.languages,
    links: pieces(draft.links, /\s+/u),
    intro_video_url: draft.intro_video_url.trim() || null,
  };
}

/** What is still missing, in our words; the server checks the rest. */
export function missingWords(draft: ProfileDraft): Partial<Record<ProfileField, string>> {
  const profile = profileOf(draft);
  return {
    ...(profile.headline ? {} : { headline: 'Say in one line what you help with.' }),
    ...(profile.about ? {} : { about: 'Tell mentees who you are and how you work.' }),
    ...(profile.skills.length ? {} : { skills: 'Name at least one skill; people search by them.' }),
    ...(profile.languages.length ? {} : { languages: 'Choose at least one language.' }),
  };
}
