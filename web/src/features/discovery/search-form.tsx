import { Search as SearchIcon } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { Facet } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { controlStyle, Input } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { type Option, PRICES, priced, priceOf, RATINGS, type Search, SORTS } from './search';

/** So long after the last key the list follows what was typed. */
const PAUSE_MS = 250;

interface SearchFormProps {
  search: Search;
  onChange: (change: Partial<Search>, history?: 'push' | 'replace') => void;
  skills: readonly Facet[];
  languages: readonly Facet[];
  timeZones: readonly Facet[];
}

/** Words and filters. The list follows while one types; Enter and the button do the same at once. */
export function SearchForm({ search, onChange, skills, languages, timeZones }: SearchFormProps) {
  const [typed, setTyped] = useState(search.q);
  const [shown, setShown] = useState(search.q);
  // The address changed by itself (Back, a link): the field follows.
  if (search.q !== shown) {
    setShown(search.q);
    if (search.q !== typed.trim()) setTyped(search.q);
  }

  useEffect(() => {
    if (typed.trim() === search.q) return;
    const timer = setTimeout(() => onChange({ q: typed.trim() }, 'replace'), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, search.q, onChange]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() !== search.q) onChange({ q: typed.trim() });
  };

  return (
    <form role="search" aria-label="Mentors" onSubmit={submit} className="grid gap-4">
      <Field label="What do you want help with?">
        {(control) => (
          <div className="flex gap-2">
            <Input
              {...control}
              type="search"
              name="q"
              maxLength={200}
              autoComplete="off"
              placeholder="A skill, a topic, a name"
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
            <Button type="submit" className="h-11">
              <SearchIcon aria-hidden />
              <span className="sr-only sm:not-sr-only">Search</span>
            </Button>
          </div>
        )}
      </Field>
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
        <Choice
          label="Skill"
          value={search.skill}
          options={withAny('Any skill', skills)}
          onChange={(skill) => onChange({ skill })}
        />
        <Choice
          label="Language"
          value={search.language}
          options={withAny('Any language', languages)}
          onChange={(language) => onChange({ language })}
        />
        <Choice
          label="Time zone"
          value={search.time_zone}
          options={withAny('Any time zone', timeZones)}
          onChange={(time_zone) => onChange({ time_zone })}
        />
        <Choice
          label="Price"
          value={priceOf(search)}
          options={PRICES}
          onChange={(price) => onChange(priced(price))}
        />
        <Choice
          label="Rating"
          value={search.rating_min}
          options={RATINGS}
          onChange={(rating_min) => onChange({ rating_min })}
        />
        <Choice
          label="Sort by"
          value={search.sort}
          options={SORTS}
          onChange={(sort) => onChange({ sort })}
        />
      </div>
      <label className="flex items-center gap-2 justify-self-start text-sm font-medium">
        <input
          type="checkbox"
          className="size-5 accent-accent"
          checked={search.free_this_week !== ''}
          onChange={({ target }) => onChange({ free_this_week: target.checked ? '1' : '' })}
        />
        Free this week
      </label>
    </form>
  );
}

function withAny(any: string, facets: readonly Facet[]): Option[] {
  const options = facets.map(({ label, value, mentors }) => ({
    label: `${label} (${mentors})`,
    value,
  }));
  return [{ label: any, value: '' }, ...options];
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  // What an address asks for need not be on the list.
  const isListed = options.some((option) => option.value === value);
  return (
    <Field label={label}>
      {(control) => (
        <select
          {...control}
          className={cn(controlStyle, 'h-11')}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        >
          {!isListed && <option value={value}>{value}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
