import { type FormEvent, useEffect, useState } from 'react';
import { Link } from 'react-router';
import type { JoinInfo } from '@/api/types';
import { Brand } from '@/components/brand';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { withReturnTo } from '@/lib/return-to';
import { useCall } from '../call-context';
import { useCallState } from '../call-slice';
import { useShortcuts } from '../controls/use-shortcuts';
import { NAME_LIMIT } from '../engine/protocol';
import { remember, remembered } from '../engine/storage';
import { EncryptionNote } from '../encryption/encryption-note';
import { refusalWords } from '../problem-words';
import { BandwidthTest } from './bandwidth-test';
import { ConnectionNote } from './connection-note';
import { DevicePickers } from './device-pickers';
import { Preview } from './preview';
import { ProblemNotes } from './problem-note';

interface PreJoinProps {
  info: JoinInfo;
  joinCode: string;
  /** For guests: the name the pass may wait for. */
  giveName: (name: string) => void;
}

/** Look at yourself, choose devices, say who you are, join. */
export function PreJoin({ info, joinCode, giveName }: PreJoinProps) {
  const call = useCall();
  const { phase, refusal, signaling, room } = useCallState((state) => state);
  const isGuest = info.you === null;
  const [name, setName] = useState(remembered('name') ?? '');
  const [nameError, setNameError] = useState<string>();
  const shownName = info.you?.display_name ?? name;
  const joining = phase === 'joining';
  const isHost = info.you?.role === 'host';
  useShortcuts({
    m: () => void call.setMicrophone(call.state.local.microphone.wanted === 'on' ? 'off' : 'on'),
    v: () => void call.setCamera(call.state.local.camera.wanted === 'on' ? 'off' : 'on'),
  });

  // Sound processing sleeps until the first touch of the page: wake the level meter then.
  useEffect(() => {
    const wake = () => call.local.wakeAudio();
    window.addEventListener('pointerdown', wake);
    window.addEventListener('keydown', wake);
    return () => {
      window.removeEventListener('pointerdown', wake);
      window.removeEventListener('keydown', wake);
    };
  }, [call]);

  const join = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (isGuest) {
      if (trimmed === '') {
        setNameError('Say who you are, so that they know who is calling.');
        return;
      }
      remember('name', trimmed);
      giveName(trimmed);
    }
    void call.join(isGuest ? trimmed : undefined);
  };

  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-6xl flex-col px-4 pb-6 sm:px-6">
      <header className="flex h-16 items-center">
        <Link to="/" aria-label="FaceMentor, start page" className="rounded-sm">
          <Brand />
        </Link>
      </header>
      <main className="grid flex-1 grid-cols-1 content-start items-center gap-6 sm:gap-8 lg:grid-cols-[minmax(0,1.65fr)_minmax(19rem,1fr)] lg:content-center lg:gap-12 lg:pb-20">
        <h1 className="text-lg sm:text-xl lg:sr-only">{info.session.title}</h1>
        <Preview name={shownName} />
        <form onSubmit={join} noValidate className="grid grid-cols-1 gap-5">
          <div className="grid gap-1">
            <p className="hidden text-xl font-semibold text-balance lg:block" aria-hidden>
              {info.session.title}
            </p>
            <p className="text-muted">
              {isHost ? 'Your session' : `With ${info.session.mentor_name}`}
              {room && room.present > 0 && ` · ${presentWords(room.present)}`}
            </p>
          </div>
          {refusal && (
            <Banner tone="danger" title={refusalWords(refusal.code, refusal.message).title}>
              {refusalWords(refusal.code, refusal.message).text}
            </Banner>
          )}
          <EncryptionNote />
          <ProblemNotes />
          {isGuest ? (
            <Field label="Your name" error={nameError}>
              {(control) => (
                <Input
                  {...control}
                  name="name"
                  autoComplete="name"
                  maxLength={NAME_LIMIT}
                  value={name}
                  onChange={(event) => {
                    setName(event.target.value);
                    setNameError(undefined);
                  }}
                />
              )}
            </Field>
          ) : (
            <p className="text-sm">
              You join as <strong className="font-semibold">{shownName}</strong>
            </p>
          )}
          <DevicePickers />
          <Button type="submit" size="lg" busy={joining} data-testid="join">
            {joining ? 'Joining…' : isHost ? 'Start the session' : 'Join'}
          </Button>
          <div className="grid gap-2">
            <ConnectionNote />
            <BandwidthTest />
          </div>
          {signaling === 'reconnecting' && (
            <p role="status" className="text-sm text-muted">
              The server does not answer; trying again…
            </p>
          )}
          {isGuest && (
            <p className="text-sm text-muted">
              Have an account?{' '}
              <Link
                className="text-accent underline underline-offset-4"
                to={withReturnTo('/sign-in', `/join/${joinCode}`)}
              >
                Sign in first
              </Link>
            </p>
          )}
        </form>
      </main>
    </div>
  );
}

function presentWords(present: number): string {
  return present === 1 ? 'one person is there' : `${present} people are there`;
}
