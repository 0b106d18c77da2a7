import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useMeQuery } from '@/api/me';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { controlStyle } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { useCopy } from '@/lib/use-copy';
import { useMyOfferingsQuery } from './api';
import { snippetOf } from './snippet';

const THEMES = { '': "The reader's own", light: 'Light', dark: 'Dark' };

/** What a mentor puts into their own site so that people book there. */
export function EmbedSection() {
  const { data: me } = useMeQuery();
  const { data: offerings } = useMyOfferingsQuery();
  const [offering, setOffering] = useState('');
  const [theme, setTheme] = useState('');
  const slug = me?.mentor?.slug;
  const snippet = snippetOf({
    origin: window.location.origin,
    slug: slug ?? '',
    name: me?.display_name ?? '',
    offering,
    theme,
  });
  const { copied, copy } = useCopy(snippet);
  return (
    <section aria-labelledby="embed" className="grid gap-4">
      <div>
        <h2 id="embed" className="text-lg">
          Booking on your own site
        </h2>
        <p className="text-sm text-muted">
          Put this into a page, and your free times are shown there. People book in a tab of this
          site.
        </p>
      </div>
      {!slug && (
        <p>
          <Link className="text-accent underline" to="/mentor-profile">
            Write your page first.
          </Link>
        </p>
      )}
      {slug && (
        <>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Offering shown first">
              {(control) => (
                <select
                  {...control}
                  className={cn(controlStyle, 'h-11')}
                  value={offering}
                  onChange={({ target }) => setOffering(target.value)}
                >
                  <option value="">The first one</option>
                  {offerings
                    ?.filter(({ is_active }) => is_active)
                    .map(({ id, title }) => (
                      <option key={id} value={id}>
                        {title}
                      </option>
                    ))}
                </select>
              )}
            </Field>
            <Field label="Colours">
              {(control) => (
                <select
                  {...control}
                  className={cn(controlStyle, 'h-11')}
                  value={theme}
                  onChange={({ target }) => setTheme(target.value)}
                >
                  {Object.entries(THEMES).map(([value, label]) => (
                    <option key={value} value={value}>
                      {label}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          </div>
          <pre className="rounded-md border border-border bg-surface p-4 text-sm break-all whitespace-pre-wrap">
            <code>{snippet}</code>
          </pre>
          <Button variant="secondary" className="justify-self-start" onClick={() => void copy()}>
            {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
            <span aria-live="polite">{copied ? 'Copied' : 'Copy the HTML'}</span>
          </Button>
        </>
      )}
    </section>
  );
}
