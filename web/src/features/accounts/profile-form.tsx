import { useMemo } from 'react';
import type { User } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { controlStyle, Input } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { languageName } from '@/lib/language-name';
import { browserViewer, zoneName } from '@/lib/time';
import { toast } from '@/lib/toast';
import { ACCOUNT_WORDS } from './account-words';
import { useSaveProfileMutation } from './api';
import { useForm } from '@/lib/use-form';
import { zoneGroups } from '@/lib/zones';

const LANGUAGES = ['ar', 'de', 'en', 'es', 'fr', 'hi', 'it', 'ja', 'ko', 'nl', 'pl', 'pt', 'ru'];
const MORE_LANGUAGES = ['sv', 'tr', 'uk', 'vi', 'zh'];

/** Name, language and zone. */
export function ProfileForm({ me }: { me: User }) {
  const [save] = useSaveProfileMutation();
  const groups = useMemo(() => zoneGroups(me.time_zone), [me.time_zone]);
  const here = browserViewer().timeZone;
  const languages = useMemo(() => {
    const known = new Set([...LANGUAGES, ...MORE_LANGUAGES]);
    if (me.language) known.add(me.language);
    return [...known].sort((a, b) => languageName(a).localeCompare(languageName(b)));
  }, [me.language]);
  const { form, errors, busy, onSubmit, bind } = useForm({
    fields: ['display_name', 'language', 'time_zone'],
    initial: {
      display_name: me.display_name,
      language: me.language ?? '',
      time_zone: me.time_zone ?? '',
    },
    words: {
      display_name_invalid: {
        field: 'display_name',
        text: ACCOUNT_WORDS.display_name_invalid?.text ?? '',
      },
      time_zone_unknown: {
        field: 'time_zone',
        text: 'This server does not know that zone. Choose one with the same clock.',
      },
    },
    check: ({ display_name }) =>
      display_name.trim() ? {} : { display_name: 'Say how others should call you.' },
    submit: async ({ display_name, language, time_zone }) => {
      await save({
        display_name: display_name.trim(),
        language: language || null,
        time_zone: time_zone || null,
      }).unwrap();
      toast({ tone: 'success', title: 'Saved' });
    },
  });
  return (
    <form ref={form} noValidate onSubmit={onSubmit} className="grid gap-5">
      {errors.form && <Banner tone="danger">{errors.form}</Banner>}
      <Field label="Your name" error={errors.fields.display_name}>
        {(control) => <Input {...control} {...bind('display_name')} autoComplete="name" />}
      </Field>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field
          label="Time zone"
          hint="Times are shown in it."
          error={errors.fields.time_zone}
          className="min-w-0"
        >
          {(control) => (
            <select {...control} {...bind('time_zone')} className={cn(controlStyle, 'h-11')}>
              <option value="">As this browser says ({zoneName(here)})</option>
              {groups.map(({ region, zones }) => (
                <optgroup key={region} label={region}>
                  {zones.map(({ id, label }) => (
                    <option key={id} value={id}>
                      {label}
                    </option>
                  ))}
                </optgroup>
              ))}
            </select>
          )}
        </Field>
        <Field
          label="Language"
          hint="The one you like to be written to in."
          error={errors.fields.language}
          className="min-w-0"
        >
          {(control) => (
            <select {...control} {...bind('language')} className={cn(controlStyle, 'h-11')}>
              <option value="">As this browser says</option>
              {languages.map((code) => (
                <option key={code} value={code}>
                  {languageName(code)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Button type="submit" busy={busy} className="justify-self-start">
        Save
      </Button>
    </form>
  );
}
