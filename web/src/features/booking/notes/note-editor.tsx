import { useState } from 'react';
import { isProblem } from '@/api/problem';
import type { SessionNote } from '@/api/types';
import { When } from '@/components/when';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { sortProblem } from '@/lib/form-problem';
import { useWriteNoteMutation } from './api';

interface NoteEditorProps {
  session: string;
  which: 'shared' | 'own';
  title: string;
  hint: string;
  stored: SessionNote;
}

/** A text that others may change meanwhile: what both wrote stays until somebody decides. */
export function NoteEditor({ session, which, title, hint, stored }: NoteEditorProps) {
  // Null: nothing is typed, and what is stored is shown as it comes.
  const [draft, setDraft] = useState<{ text: string; version: number } | null>(null);
  const [theirs, setTheirs] = useState<SessionNote | null>(null);
  const [write, { isLoading, error }] = useWriteNoteMutation();
  const text = draft?.text ?? stored.text;
  const changed = draft !== null && draft.text !== stored.text;

  const save = async (version: number) => {
    const { data, error: refusal } = await write({ session, which, text, version });
    if (data) {
      setDraft(null);
      setTheirs(null);
    } else if (isProblem(refusal) && refusal.code === 'note_changed') {
      setTheirs((refusal.members?.current ?? null) as SessionNote | null);
    }
  };
  const failure = error && !theirs ? sortProblem(error, [], {}).form : undefined;

  return (
    <div className="grid gap-3">
      <Field label={title} hint={hint}>
        {(control) => (
          <Textarea
            {...control}
            value={text}
            maxLength={20_000}
            className="min-h-32"
            onChange={({ target }) =>
              setDraft({ text: target.value, version: draft?.version ?? stored.version })
            }
          />
        )}
      </Field>
      {failure && <Banner tone="danger">{failure} What you typed is still there.</Banner>}
      {theirs && (
        <Banner
          tone="warning"
          title={`${theirs.updated_by?.display_name ?? 'Somebody'} wrote here meanwhile:`}
        >
          <div className="grid gap-3">
            <blockquote className="max-h-60 overflow-y-auto break-words whitespace-pre-wrap">
              {theirs.text || 'Nothing: the text was taken out.'}
            </blockquote>
            <p>What you typed is above. Copy over what you want to keep, then decide.</p>
            <div className="flex flex-wrap gap-3">
              <Button size="sm" busy={isLoading} onClick={() => void save(theirs.version)}>
                Save mine instead
              </Button>
              <Button
                size="sm"
                variant="secondary"
                onClick={() => {
                  setDraft(null);
                  setTheirs(null);
                }}
              >
                Take theirs
              </Button>
            </div>
          </div>
        </Banner>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button
          variant="secondary"
          aria-label={`Save ${title.toLowerCase()}`}
          busy={isLoading && !theirs}
          disabled={!changed || theirs !== null}
          onClick={() => void save(draft?.version ?? stored.version)}
        >
          Save
        </Button>
        <p role="status" className="text-sm text-muted">
          {changed && 'Not saved yet.'}
          {!changed && stored.updated_at_ms !== null && (
            <>
              {which === 'shared' && `${stored.updated_by?.display_name ?? 'Somebody'}, `}
              <When ms={stored.updated_at_ms} inText={which === 'shared'} />
            </>
          )}
        </p>
      </div>
    </div>
  );
}
