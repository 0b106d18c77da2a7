import { Video } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { useNavigate } from 'react-router';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogTrigger } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Switch } from '@/components/ui/switch';
import { copyText } from '@/lib/clipboard';
import { type FormErrors, sortProblem } from '@/lib/form-problem';
import { canEncryptCalls, fragmentOf, newRoomKey, rememberRoomKey } from '@/lib/room-key';
import { toast } from '@/lib/toast';
import { useStartSessionMutation } from './api';

const FIELDS = ['title'] as const;

/** Opens a session now, copies its link for the mentee, and goes there. */
export function StartSessionDialog() {
  const switchId = useId();
  const encryptionId = useId();
  const navigate = useNavigate();
  const [start, { isLoading }] = useStartSessionMutation();
  const [title, setTitle] = useState('');
  const [waitingRoom, setWaitingRoom] = useState(true);
  const [endToEnd, setEndToEnd] = useState(false);
  const [errors, setErrors] = useState<FormErrors<'title'>>({ fields: {} });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!title.trim()) {
      setErrors({ fields: { title: 'Say what it is about; your mentee sees it.' } });
      return;
    }
    const result = await start({
      title: title.trim(),
      waiting_room: waitingRoom,
      end_to_end: endToEnd,
    });
    if (result.error) {
      setErrors(sortProblem(result.error, FIELDS, {}));
      return;
    }
    const { join_code, end_to_end } = result.data;
    // The key is made here and goes into the link; the server was only told that there is one.
    const key = end_to_end ? newRoomKey() : null;
    if (key) rememberRoomKey(join_code, key);
    const join_url = result.data.join_url + fragmentOf(key);
    const copied = await copyText(join_url);
    toast(
      copied
        ? { tone: 'success', title: 'Link copied', detail: 'Send it to your mentee.' }
        : { title: 'Send this link to your mentee', detail: join_url },
    );
    void navigate(`/join/${join_code}${fragmentOf(key)}`);
  };

  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button>
          <Video aria-hidden />
          Start a session
        </Button>
      </DialogTrigger>
      <DialogContent
        title="Start a session"
        description="It opens now. You get a link to send; guests need no account."
      >
        <form noValidate onSubmit={submit} className="grid gap-5">
          {errors.form && <Banner tone="danger">{errors.form}</Banner>}
          <Field label="What is it about?" error={errors.fields.title}>
            {(control) => (
              <Input
                {...control}
                value={title}
                maxLength={120}
                autoComplete="off"
                placeholder="Ownership and lifetimes"
                onChange={({ target }) => {
                  setTitle(target.value);
                  setErrors({ fields: {} });
                }}
              />
            )}
          </Field>
          <div className="flex items-start justify-between gap-4">
            <label htmlFor={switchId} className="text-sm">
              <span className="block font-medium">Waiting room</span>
              <span className="text-muted">You let people in, one by one or all at once.</span>
            </label>
            <Switch id={switchId} checked={waitingRoom} onCheckedChange={setWaitingRoom} />
          </div>
          <div className="flex items-start justify-between gap-4">
            <label htmlFor={encryptionId} className="text-sm">
              <span className="block font-medium">End-to-end encryption</span>
              <span className="text-muted">
                {canEncryptCalls()
                  ? 'Not even this server can see or hear you. The link carries the key; recording is off.'
                  : 'This browser cannot do it: it takes https and Chrome 141, Firefox 117 or Safari 15.4.'}
              </span>
            </label>
            <Switch
              id={encryptionId}
              checked={endToEnd}
              disabled={!canEncryptCalls()}
              onCheckedChange={setEndToEnd}
            />
          </div>
          <Button type="submit" size="lg" busy={isLoading}>
            Start and copy link
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
