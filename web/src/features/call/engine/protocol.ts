/** The wire types of signaling/PROTOCOL.md, version 1. */

export const PROTOCOL_VERSION = 1;

export type ParticipantId = string;
export type Source = 'camera' | 'screen';
export type Kind = 'audio' | 'video';
/** `off` is not published. */
export type TrackState = 'off' | 'muted' | 'on';
export type Role = 'host' | 'member' | 'guest';
export type Grant = 'publish' | 'subscribe' | 'admit' | 'moderate' | 'record';

export interface SourceState {
  audio: TrackState;
  video: TrackState;
}

export type Sources = Partial<Record<Source, SourceState>>;

export interface Person {
  participant: ParticipantId;
  name: string;
  role: Role;
  connection: 'connected' | 'reconnecting';
  hand_raised: boolean;
  joined_at_ms: number;
  sources: Sources;
}

export interface You {
  participant: ParticipantId;
  name: string | null;
  role: Role;
  grants: Grant[];
}

export interface Room {
  room: string;
  title: string;
  state: string;
  locked: boolean;
  waiting_room: boolean;
  /** Absent is false. */
  end_to_end?: boolean;
  capacity: number;
  present: number;
}

export interface Encoding {
  rid: string;
  scale_resolution_down_by: number;
  max_bitrate_bps: number;
}

export interface MediaParameters {
  audio_codecs: string[];
  video_codecs: string[];
  camera: { width: number; height: number; frame_rate: number; encodings: Encoding[] };
  screen: { max_bitrate_bps: number; frame_rate: number };
  slots: number;
}

export interface Slot {
  slot: number;
  participant: ParticipantId | null;
  source?: Source;
  audio?: boolean;
  video?: boolean;
}

export interface WaitingPerson {
  participant: ParticipantId;
  name: string;
  since_ms: number;
}

export interface ChatMessage {
  id: string;
  participant: ParticipantId;
  name: string;
  text: string;
  sent_at_ms: number;
}

export interface Snapshot {
  you: ParticipantId;
  room: Room;
  participants: Person[];
  slots: Slot[];
  waiting_people: WaitingPerson[];
  chat: ChatMessage[];
}

export interface Welcome {
  type: 'welcome';
  re?: string;
  version: number;
  you: You;
  room: Room;
  media: MediaParameters;
  ice_servers: { urls: string | string[]; username?: string; credential?: string }[];
  resume: { token: string; grace_ms: number };
  server_time_ms: number;
}

export type EndReason =
  'left' | 'refused' | 'removed' | 'room_ended' | 'replaced' | 'lost' | 'shutdown' | 'idle';

export type LeaveReason = 'left' | 'lost' | 'removed' | 'replaced';

export type ServerMessage =
  | Welcome
  | { type: 'waiting'; re?: string; since_ms: number }
  | { type: 'prepared'; re?: string; answer: string }
  | ({ type: 'joined'; re?: string; answer?: string } & Snapshot)
  | ({ type: 'resumed'; re?: string; answer?: string } & Snapshot)
  | { type: 'answer'; re?: string; answer: string }
  | { type: 'participant'; participant: Person }
  | { type: 'participant_left'; participant: ParticipantId; reason: LeaveReason }
  | { type: 'slots'; slots: Slot[] }
  | { type: 'speakers'; participants: ParticipantId[] }
  | { type: 'quality'; scores: { participant: ParticipantId; score: number }[] }
  | { type: 'layers'; source: Source; layers: number }
  | { type: 'waiting_people'; people: WaitingPerson[] }
  | { type: 'room'; room: Room }
  | { type: 'muted'; source: Source; kind: Kind; by: ParticipantId }
  | { type: 'chat'; message: ChatMessage }
  | { type: 'shutdown'; deadline_ms: number }
  | { type: 'ended'; re?: string; reason: EndReason; message: string }
  | { type: 'ok'; re: string }
  | { type: 'error'; re?: string; code: string; message: string; fatal: boolean }
  | { type: 'ping'; nonce: number }
  | { type: 'pong'; nonce: number };

export interface Want {
  participant: ParticipantId;
  source: Source;
  width: number;
  height: number;
  priority: number;
}

export type Moderation =
  | { action: 'admit' | 'refuse' | 'remove'; participant: ParticipantId }
  | { action: 'mute'; participant: ParticipantId; kind: Kind }
  | { action: 'lock' | 'unlock' | 'end' };

export type ClientMessage =
  | {
      type: 'hello';
      version: number;
      token?: string;
      resume?: string;
      client?: { name: string; version: string };
    }
  | { type: 'prepare'; offer: string }
  | { type: 'join'; name?: string; offer?: string; sources: Sources }
  | { type: 'offer'; offer: string; peer_connection?: 'same' | 'new' }
  | { type: 'ready' }
  | ({ type: 'publish'; source: Source } & SourceState)
  | { type: 'unpublish'; source: Source }
  | { type: 'mute'; source: Source; kind: Kind; muted: boolean }
  | { type: 'subscribe'; wants: Want[] }
  | { type: 'chat'; text: string }
  | { type: 'hand'; raised: boolean }
  | ({ type: 'moderate' } & Moderation)
  | { type: 'leave' }
  | { type: 'ping'; nonce: number }
  | { type: 'pong'; nonce: number };

/** Longest chat text the server takes. */
export const CHAT_LIMIT = 4000;
/** Longest name. */
export const NAME_LIMIT = 60;

/** Reads a frame; null for what is not a message, so that a newer server cannot break an older page. */
export function parseServerMessage(frame: unknown): ServerMessage | null {
  if (typeof frame !== 'string') return null;
  try {
    const value: unknown = JSON.parse(frame);
    if (typeof value !== 'object' || value === null || !('type' in value)) return null;
    return value as ServerMessage;
  } catch {
    return null;
  }
}
