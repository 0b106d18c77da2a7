import { X } from 'lucide-react';
import { type ChangeEvent, useRef } from 'react';
import { API_URL } from '@/api/config';
import { useMeQuery } from '@/api/me';
import type { SessionAttachment } from '@/api/types';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { SmallIconButton } from '@/components/ui/small-icon-button';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { useAttachMutation, useDetachMutation } from './api';

interface AttachmentListProps {
  session: string;
  attachments: SessionAttachment[];
}

/** Files beside a session. Whoever brought one can take it away. */
export function AttachmentList({ session, attachments }: AttachmentListProps) {
  const input = useRef<HTMLInputElement>(null);
  const { data: me } = useMeQuery();
  const [attach, { isLoading, error }] = useAttachMutation();
  const [detach] = useDetachMutation();

  const choose = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    // So that choosing the same file again is heard.
    target.value = '';
    if (file) await attach({ session, file });
  };
  const takeAway = async (id: string) => {
    const { error: refusal } = await detach({ session, id });
    if (refusal) {
      toast({ tone: 'danger', title: 'Still there', detail: sortProblem(refusal, [], {}).form });
    }
  };

  return (
    <section aria-label="Files" className="grid gap-3">
      <h2 className="text-lg">Files</h2>
      {attachments.length > 0 && (
        <ul className="divide-y divide-border rounded-md border border-border bg-surface">
          {attachments.map(({ id, name, bytes, uploaded_by }) => (
            <li key={id} className="flex items-center gap-3 p-4">
              <p className="min-w-0 flex-1">
                <a
                  className="break-words text-accent underline"
                  href={`${API_URL}/api/sessions/${session}/attachments/${id}`}
                  download={name}
                >
                  {name}
                </a>
                <span className="block text-sm text-muted">
                  {size(bytes)} · {uploaded_by.display_name}
                </span>
              </p>
              {uploaded_by.id === me?.id && (
                <SmallIconButton label={`Remove ${name}`} onClick={() => void takeAway(id)}>
                  <X aria-hidden />
                </SmallIconButton>
              )}
            </li>
          ))}
        </ul>
      )}
      {error && <Banner tone="danger">{sortProblem(error, [], {}).form}</Banner>}
      <input
        ref={input}
        type="file"
        aria-label="File"
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => void choose(event)}
      />
      <Button
        variant="secondary"
        className="justify-self-start"
        busy={isLoading}
        onClick={() => input.current?.click()}
      >
        Add a file…
      </Button>
      <p className="text-sm text-muted">
        PDF, pictures, text, office documents or ZIP, up to 10 MB.
      </p>
    </section>
  );
}

function size(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1_000))} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
