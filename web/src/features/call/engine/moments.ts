import type { CallState } from './call-state';
import type { Kind, ParticipantId, ServerMessage } from './protocol';

/** Something that happened, for those who announce it; the state shows the outcome. */
export type Moment =
  | {
      kind: 'joined' | 'left' | 'hand' | 'presents' | 'knocks';
      name: string;
      participant: ParticipantId;
    }
  | { kind: 'chat'; name: string; participant: ParticipantId; text: string }
  | { kind: 'muted'; by: string; what: Kind }
  | { kind: 'device-lost'; device: 'microphone' | 'camera' };

/** What a message tells that the state before it did not know; nothing of oneself but being muted. */
export function momentsOf(message: ServerMessage, before: CallState): Moment[] {
  const { participants, you, waitingPeople } = before;
  const known = (id: ParticipantId) => participants.find(({ participant }) => participant === id);
  switch (message.type) {
    case 'participant': {
      const { participant, name, hand_raised, sources } = message.participant;
      if (participant === you?.participant) return [];
      const person = known(participant);
      const kinds: ('joined' | 'hand' | 'presents')[] = [];
      if (!person) kinds.push('joined');
      else if (hand_raised && !person.hand_raised) kinds.push('hand');
      if (sources.screen?.video === 'on' && person?.sources.screen?.video !== 'on') {
        kinds.push('presents');
      }
      return kinds.map((kind) => ({ kind, name, participant }));
    }
    case 'participant_left': {
      const person = known(message.participant);
      return person ? [{ kind: 'left', ...person }] : [];
    }
    case 'chat': {
      const { participant, name, text } = message.message;
      return participant === you?.participant ? [] : [{ kind: 'chat', name, participant, text }];
    }
    case 'waiting_people': {
      const waits = new Set(waitingPeople.map(({ participant }) => participant));
      return message.people
        .filter(({ participant }) => !waits.has(participant))
        .map(({ participant, name }) => ({ kind: 'knocks', name, participant }));
    }
    case 'muted':
      return [{ kind: 'muted', by: known(message.by)?.name ?? 'The mentor', what: message.kind }];
    default:
      return [];
  }
}
