import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { fragmentOf, roomKeyIn } from '@/lib/room-key';
import { joinCodeIn } from './join-code';

/** Goes to a session by the link, or the code in it, that the mentor sent. */
export function JoinByLink() {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const code = joinCodeIn(text);
    if (code) void navigate(`/join/${code}${fragmentOf(roomKeyIn(text))}`);
    else setError('There is no join link in this. Paste it as your mentor sent it.');
  };

  return (
    <form noValidate onSubmit={submit} className="flex items-start gap-2">
      <Field label="Join by link or code" error={error} className="min-w-0 flex-1">
        {(control) => (
          <Input
            {...control}
            value={text}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder="Paste it here"
            onChange={({ target }) => {
              setText(target.value);
              setError(undefined);
            }}
          />
        )}
      </Field>
      <Button type="submit" variant="secondary" className="mt-[26px] h-11">
        Join
      </Button>
    </form>
  );
}
