import { RadioGroup } from 'radix-ui';
import { useState } from 'react';
import { useMeQuery } from '@/api/me';
import { isProblem } from '@/api/problem';
import type { Booking, Proposal } from '@/api/types';
import { When } from '@/components/when';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { sortProblem } from '@/lib/form-problem';
import { browserViewer, fullTime } from '@/lib/time';
import { toast } from '@/lib/toast';
import { useAcceptProposalMutation, useDeclineProposalMutation } from './api';
import { otherOf } from './booking-state';
import { ProposeDialog } from './propose-dialog';

const browser = browserViewer();

interface ProposalCardProps {
  booking: Booking;
  proposal: Proposal;
}

/** Other times that are proposed: one decides, the other waits. */
export function ProposalCard({ booking, proposal }: ProposalCardProps) {
  const isMine = proposal.by === booking.you;
  const [decline, { isLoading: isDeclining, error }] = useDeclineProposalMutation();

  const keep = async () => {
    const { data } = await decline({ id: booking.id, reason: '' });
    if (data) toast({ tone: 'success', title: 'It stays where it is' });
  };

  return (
    <section aria-labelledby="proposal">
      <Card className="grid gap-4">
        <div className="grid gap-1">
          <h2 id="proposal" className="text-lg break-words">
            {isMine
              ? `You asked ${otherOf(booking)} for another time`
              : `${otherOf(booking)} asks for another time`}
          </h2>
          {proposal.note && <p className="break-words whitespace-pre-line">{proposal.note}</p>}
          <p className="text-sm text-muted">
            Until <When ms={proposal.expires_at_ms} inText /> nobody else gets these times. Without
            an answer it stays where it is.
          </p>
        </div>
        {isMine ? (
          <Proposed proposal={proposal} />
        ) : (
          <Choice booking={booking} proposal={proposal} />
        )}
        {isProblem(error) && <Banner tone="danger" title={sortProblem(error, [], {}).form} />}
        <div className="flex flex-wrap gap-3">
          <Button variant="secondary" busy={isDeclining} onClick={() => void keep()}>
            {isMine ? 'Take it back' : 'Keep it where it is'}
          </Button>
          {!isMine && <ProposeDialog booking={booking} label="Propose others…" />}
        </div>
      </Card>
    </section>
  );
}

function useFullTime(): (ms: number) => string {
  const { data: me } = useMeQuery();
  const viewer = me?.time_zone ? { ...browser, timeZone: me.time_zone } : browser;
  return (ms) => fullTime(ms, viewer);
}

function Proposed({ proposal }: { proposal: Proposal }) {
  const full = useFullTime();
  return (
    <ul aria-label="Times you proposed" className="list-disc pl-5">
      {proposal.starts_at_ms.map((ms) => (
        <li key={ms}>{full(ms)}</li>
      ))}
    </ul>
  );
}

function Choice({ booking, proposal }: ProposalCardProps) {
  const full = useFullTime();
  const [picked, setPicked] = useState(String(proposal.starts_at_ms[0]));
  const chosen =
    proposal.starts_at_ms.find((ms) => String(ms) === picked) ?? proposal.starts_at_ms[0];
  const [accept, { isLoading, error }] = useAcceptProposalMutation();

  const move = async () => {
    if (chosen === undefined) return;
    const { data } = await accept({ id: booking.id, starts_at_ms: chosen });
    if (data) toast({ tone: 'success', title: 'Moved' });
  };

  return (
    <>
      <RadioGroup.Root
        aria-label="Proposed times"
        value={String(chosen)}
        onValueChange={setPicked}
        className="grid gap-2"
      >
        {proposal.starts_at_ms.map((ms) => (
          <RadioGroup.Item
            key={ms}
            value={String(ms)}
            className="min-h-10 rounded-md border border-edge/60 bg-surface px-3 py-2 text-left hover:bg-surface-2 data-[state=checked]:border-accent data-[state=checked]:ring-2 data-[state=checked]:ring-accent"
          >
            {full(ms)}
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
      {isProblem(error) && <Banner tone="danger" title={sortProblem(error, [], {}).form} />}
      <Button size="lg" busy={isLoading} className="justify-self-start" onClick={() => void move()}>
        Move it there
      </Button>
    </>
  );
}
