import { type FormEvent, useRef, useState } from 'react';
import type { MentorProfile, MyMentorProfile } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { type FormErrors, sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useSaveMentorProfileMutation } from './api';
import { LanguagePicker } from './language-picker';
import {
  draftOf,
  missingWords,
  PROFILE_FIELDS,
  type ProfileField,
  profileOf,
} from './profile-fields';

const SENT = {
  approved: { title: 'Your page is up to date' },
  applied: { title: 'Application sent', detail: 'You see here what becomes of it.' },
  declined: { title: 'Saved' },
};

interface ProfileFormProps {
  profile: MentorProfile | null;
  status: MyMentorProfile['status'];
}

/** A mentor's profile: the application, and afterwards the editor of their page. Nothing typed is lost on a refusal. */
export function ProfileForm({ profile, status }: ProfileFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [save, { isLoading }] = useSaveMentorProfileMutation();
  const [draft, setDraft] = useState(() => draftOf(profile));
  const [errors, setErrors] = useState<FormErrors<ProfileField>>({ fields: {} });

  const show = (found: FormErrors<ProfileField>) => {
    setErrors(found);
    const first = PROFILE_FIELDS.find((field) => found.fields[field]);
    if (first) form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const missing = missingWords(draft);
    show({ fields: missing });
    if (Object.keys(missing).length > 0) return;
    const result = await save(profileOf(draft));
    if (result.error) return show(sortProblem(result.error, PROFILE_FIELDS, {}));
    toast({ tone: 'success', ...SENT[result.data.status ?? 'applied'] });
  };

  const set = (name: ProfileField, value: string | string[]) => {
    setDraft((old) => ({ ...old, [name]: value }));
    setErrors((old) => ({ ...old, fields: { ...old.fields, [name]: undefined } }));
  };
  const bind = (name: Exclude<ProfileField, 'languages'>) => ({
    name,
    value: draft[name],
    onChange: ({ target }: { target: HTMLInputElement | HTMLTextAreaElement }) =>
      set(name, target.value),
  });

  return (
    <form ref={form} noValidate onSubmit={submit} className="grid gap-6">
      {errors.form && <Banner tone="danger">{errors.form}</Banner>}
      <Field label="Headline" hint="One line: what you help with." error={errors.fields.headline}>
        {(control) => <Input {...control} {...bind('headline')} maxLength={120} />}
      </Field>
      <Field
        label="About you"
        hint="Who you are, whom you help, how you work. Everyone can read it."
        error={errors.fields.about}
      >
        {(control) => (
          <Textarea {...control} {...bind('about')} className="min-h-40" maxLength={4000} />
        )}
      </Field>
      <Field
        label="Skills"
        hint="Up to 12, with commas between: Rust, System design"
        error={errors.fields.skills}
      >
        {(control) => <Input {...control} {...bind('skills')} autoComplete="off" />}
      </Field>
      <Field label="Languages you mentor in" error={errors.fields.languages}>
        {(control) => (
          <LanguagePicker
            control={control}
            value={draft.languages}
            onChange={(languages) => set('languages', languages)}
          />
        )}
      </Field>
      <Field
        label="Experience (optional)"
        hint="Where you have worked and on what."
        error={errors.fields.experience}
      >
        {(control) => <Textarea {...control} {...bind('experience')} maxLength={2000} />}
      </Field>
      <Field
        label="Links (optional)"
        hint="Up to 5, one a line, each starting with https://"
        error={errors.fields.links}
      >
        {(control) => <Textarea {...control} {...bind('links')} inputMode="url" />}
      </Field>
      <Field
        label="Intro video (optional)"
        hint="The https:// address of a short video of you."
        error={errors.fields.intro_video_url}
      >
        {(control) => <Input {...control} {...bind('intro_video_url')} inputMode="url" />}
      </Field>
      <Button type="submit" size="lg" busy={isLoading} className="justify-self-start">
        {status === 'approved' ? 'Save my page' : status === 'applied' ? 'Save changes' : 'Apply'}
      </Button>
    </form>
  );
}
