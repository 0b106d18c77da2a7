import type { LocalMediaState } from './local-media';
import type { PeerState } from './peer';
import type {
  ChatMessage,
  MediaParameters,
  ParticipantId,
  Person,
  Room,
  ServerMessage,
  Slot,
  Snapshot,
  Source,
  WaitingPerson,
  You,
} from './protocol';
import type { Closing, SignalingStatus } from './signaling-client';

/** Who can read the call's sound and picture: `no-key` is end to end, and this person cannot. */
export type CallEncryption = 'in-transit' | 'end-to-end' | 'no-key';

export type Phase = 'previewing' | 'joining' | 'waiting' | 'joined' | 'ended';

/** Everything a page shows of a call: plain data, replaced and never changed in place. */
export interface CallState {
  phase: Phase;
  signaling: SignalingStatus;
  media: PeerState;
  you: You | null;
  room: Room | null;
  /** What the server offers; null before `welcome`. */
  parameters: MediaParameters | null;
  /** Everyone joined, you included, in the order of joining. */
  participants: Person[];
  slots: Slot[];
  encryption: CallEncryption;
  /** Slots whose media was sealed with another key than ours. */
  undecryptable: number[];
  /** Who speaks now, loudest first. */
  speakers: ParticipantId[];
  /** 0 to 5. */
  quality: Record<ParticipantId, number>;
  waitingPeople: WaitingPerson[];
  chat: ChatMessage[];
  local: LocalMediaState;
  /** The browser waits for a touch before it plays sound. */
  soundBlocked: boolean;
  /** Why joining was refused; the person may try again. */
  refusal: { code: string; message: string } | null;
  /** Why it is over. */
  ending: Closing | null;
  /** When a draining server will end the call. */
  shutdownAtMs: number | null;
  /** The server's clock minus ours. */
  clockOffsetMs: number;
}

export function firstState(
  local: LocalMediaState,
  encryption: CallEncryption = 'in-transit',
): CallState {
  return {
    phase: 'previewing',
    signaling: 'idle',
    media: 'new',
    you: null,
    room: null,
    parameters: null,
    participants: [],
    slots: [],
    encryption,
    undecryptable: [],
    speakers: [],
    quality: {},
    waitingPeople: [],
    chat: [],
    local,
    soundBlocked: false,
    refusal: null,
    ending: null,
    shutdownAtMs: null,
    clockOffsetMs: 0,
  };
}

/** What a message of the server makes of the state. `now` in milliseconds since the epoch. */
export function receive(state: CallState, message: ServerMessage, now: number): CallState {
  switch (message.type) {
    case 'welcome':
      return {
        ...state,
        // Whoever was in the call and is welcomed anew has to join again.
        phase: state.phase === 'joined' || state.phase === 'waiting' ? 'joining' : state.phase,
        you: message.you,
        room: message.room,
        parameters: message.media,
        clockOffsetMs: message.server_time_ms - now,
      };
    case 'waiting':
      return { ...state, phase: 'waiting' };
    case 'joined':
    case 'resumed':
      return enter(state, message);
    case 'participant':
      return { ...state, participants: withPerson(state.participants, message.participant) };
    case 'participant_left':
      return {
        ...state,
        participants: state.participants.filter(
          ({ participant }) => participant !== message.participant,
        ),
        speakers: state.speakers.filter((speaker) => speaker !== message.participant),
      };
    case 'slots':
      return withSlots(state, message.slots);
    case 'speakers':
      return { ...state, speakers: message.participants };
    case 'quality':
      return { ...state, quality: withScores(state.quality, message.scores) };
    case 'waiting_people':
      return { ...state, waitingPeople: message.people };
    case 'room':
      return { ...state, room: message.room };
    case 'chat':
      return { ...state, chat: withChat(state.chat, message.message) };
    case 'shutdown':
      return { ...state, shutdownAtMs: message.deadline_ms };
    default:
      return state;
  }
}

/** The slot that carries somebody's source now; null for none. */
export function slotOf(
  slots: readonly Slot[],
  participant: ParticipantId,
  source: Source,
): number | null {
  const found = slots.find((slot) => slot.participant === participant && slot.source === source);
  return found ? found.slot : null;
}

/** The slots that carry another source than before. */
export function remapped(before: readonly Slot[], after: readonly Slot[]): number[] {
  return after
    .filter(({ slot, participant, source }) => {
      const was = before.find((known) => known.slot === slot);
      return was?.participant !== participant || was.source !== source;
    })
    .map(({ slot }) => slot);
}

/** What was known of decrypting a slot was about whoever was in it. */
function withSlots(state: CallState, slots: Slot[]): CallState {
  const changed = remapped(state.slots, slots);
  const undecryptable = state.undecryptable.filter((slot) => !changed.includes(slot));
  return { ...state, slots, undecryptable };
}

/** `decryption` as the worker tells it. */
export function withDecryption(
  state: CallState,
  { slot, decryption }: { slot: number; decryption: 'working' | 'failing' },
): CallState {
  const others = state.undecryptable.filter((known) => known !== slot);
  return { ...state, undecryptable: decryption === 'failing' ? [...others, slot] : others };
}

function enter(state: CallState, snapshot: Snapshot): CallState {
  return {
    ...withSlots(state, snapshot.slots),
    phase: 'joined',
    refusal: null,
    room: snapshot.room,
    you: state.you && { ...state.you, participant: snapshot.you },
    participants: [...snapshot.participants].sort(byJoining),
    waitingPeople: snapshot.waiting_people,
    chat: snapshot.chat,
    speakers: state.speakers.filter((id) =>
      snapshot.participants.some(({ participant }) => participant === id),
    ),
  };
}

const byJoining = (a: Person, b: Person): number =>
  a.joined_at_ms - b.joined_at_ms || a.participant.localeCompare(b.participant);

function withPerson(people: readonly Person[], person: Person): Person[] {
  const index = people.findIndex(({ participant }) => participant === person.participant);
  if (index === -1) return [...people, person].sort(byJoining);
  return people.map((known, at) => (at === index ? person : known));
}

function withScores(
  quality: Record<ParticipantId, number>,
  scores: readonly { participant: ParticipantId; score: number }[],
): Record<ParticipantId, number> {
  const next = { ...quality };
  for (const { participant, score } of scores) next[participant] = score;
  return next;
}

function withChat(chat: readonly ChatMessage[], message: ChatMessage): ChatMessage[] {
  return chat.some(({ id }) => id === message.id) ? [...chat] : [...chat, message];
}
