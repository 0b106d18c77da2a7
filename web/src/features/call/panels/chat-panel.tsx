import { SendHorizontal } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { Textarea } from '@/components/ui/input';
import { ScrollArea } from '@/components/ui/scroll-area';
import { useCall } from '../call-context';
import { useCallState } from '../call-slice';
import { CHAT_LIMIT } from '../engine/protocol';
import { ChatText } from './chat-text';

/** What was written, and a place to write. */
export function ChatPanel() {
  const call = useCall();
  const chat = useCallState((state) => state.chat);
  const you = useCallState((state) => state.you?.participant);
  const [text, setText] = useState('');
  const [failure, setFailure] = useState<string>();
  const [sending, setSending] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const encrypted = useCallState((state) => state.encryption !== 'in-transit');
  const input = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [chat.length]);

  useEffect(() => {
    input.current?.focus();
  }, []);

  const send = async () => {
    const trimmed = text.trim();
    if (trimmed === '' || sending) return;
    setSending(true);
    setFailure(undefined);
    try {
      await call.chat(trimmed);
      setText('');
    } catch {
      setFailure('Not sent. Your text is still here: try again in a moment.');
    } finally {
      setSending(false);
      input.current?.focus();
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void send();
    }
  };

  return (
    <>
      <ScrollArea viewportRef={list} className="min-h-0 flex-1">
        <ol data-testid="chat" className="flex flex-col gap-1 px-4 py-2">
          {chat.length === 0 && (
            <li className="py-8 text-center text-sm text-muted">
              Nothing written yet. Everyone in the session sees what you send.
            </li>
          )}
          {chat.map(({ id, participant, name, text: said, sent_at_ms }, index) => {
            const before = chat[index - 1];
            const follows =
              before?.participant === participant && sent_at_ms - before.sent_at_ms < 120_000;
            return (
              <li key={id} className={follows ? '' : 'mt-3 first:mt-0'}>
                {!follows && (
                  <p className="flex items-baseline gap-2 text-sm">
                    <span className="truncate font-semibold">
                      {participant === you ? 'You' : name}
                    </span>
                    <time
                      className="text-xs text-muted"
                      dateTime={new Date(sent_at_ms).toISOString()}
                    >
                      {new Date(sent_at_ms).toLocaleTimeString(undefined, {
                        hour: '2-digit',
                        minute: '2-digit',
                      })}
                    </time>
                  </p>
                )}
                <ChatText text={said} />
              </li>
            );
          })}
        </ol>
      </ScrollArea>
      {encrypted && (
        <p className="px-4 pb-2 text-xs text-muted">
          Sound and picture are end-to-end encrypted; what you write here is not.
        </p>
      )}
      <form
        className="grid gap-1.5 border-t border-border p-3"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void send();
        }}
      >
        <div className="relative">
          <Textarea
            ref={input}
            aria-label="Message to everyone"
            placeholder="Message to everyone"
            rows={2}
            maxLength={CHAT_LIMIT}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
            className="field-sizing-content max-h-40 min-h-16 resize-none pr-12 text-base"
          />
          <IconButton
            label="Send"
            type="submit"
            variant="accent"
            size="sm"
            side="left"
            aria-disabled={text.trim() === '' || sending}
            className="absolute right-2 bottom-2"
          >
            <SendHorizontal aria-hidden />
          </IconButton>
        </div>
        <p role="alert" className="text-sm text-danger empty:hidden">
          {failure}
        </p>
      </form>
    </>
  );
}
