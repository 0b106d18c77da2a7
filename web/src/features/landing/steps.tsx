const MENTOR = [
  ['Start a session', 'Give it a title. It opens at once and its link is copied.'],
  ['Send the link', 'By mail, chat, however you talk. Guests need no account.'],
  ['Let people in', 'They wait until you open the door. You can mute, remove, lock.'],
] as const;

const MENTEE = [
  ['Open the link', 'Any current browser will do, on a desk or a phone.'],
  [
    'Check how you look',
    'See your picture and that your microphone hears you, before anyone else does.',
  ],
  ['Meet', 'Talk, share your screen, write in the chat, raise your hand.'],
] as const;

/** How it goes, for each of the two. */
export function Steps() {
  return (
    <section aria-label="How it works" className="border-t border-border bg-surface">
      <div className="mx-auto grid max-w-5xl gap-12 px-4 py-14 sm:py-20 md:grid-cols-2">
        <StepList title="For mentors" steps={MENTOR} />
        <StepList title="For mentees" steps={MENTEE} />
      </div>
    </section>
  );
}

function StepList({
  title,
  steps,
}: {
  title: string;
  steps: readonly (readonly [string, string])[];
}) {
  return (
    <div className="grid content-start gap-6">
      <h2 className="text-lg">{title}</h2>
      <ol className="grid gap-6">
        {steps.map(([name, text], index) => (
          <li key={name} className="flex gap-4">
            <span
              aria-hidden
              className="inline-flex size-8 shrink-0 items-center justify-center rounded-full bg-accent-soft text-sm font-semibold text-accent-soft-foreground"
            >
              {index + 1}
            </span>
            <div className="pt-0.5">
              <h3 className="font-medium">{name}</h3>
              <p className="text-muted">{text}</p>
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}
