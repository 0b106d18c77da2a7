/** A person as their own pages see them. */
export interface User {
  id: string;
  email: string;
  display_name: string;
  is_admin: boolean;
  mentor: { status: string } | null;
}

export interface Login {
  user: User;
}

/** A device or browser someone is signed in with. */
export interface Device {
  id: string;
  created_at_ms: number;
  last_seen_at_ms: number;
  user_agent: string | null;
  current: boolean;
}

export type SessionState = 'open' | 'live' | 'ended';

export interface Session {
  id: string;
  title: string;
  mentor: { id: string; display_name: string };
  state: SessionState;
  join_code: string;
  join_url: string;
  waiting_room: boolean;
  created_at_ms: number;
  started_at_ms: number | null;
  ended_at_ms: number | null;
  /** How many people are in the room now. */
  present: number;
  you: 'mentor' | 'member';
}

export interface SessionPage {
  items: Session[];
  next_cursor: string | null;
}

/** What a join link shows to anyone who has it. */
export interface JoinInfo {
  session: { id: string; title: string; mentor_name: string; state: SessionState };
  you: { display_name: string; role: string } | null;
}

/** The right to enter the room, see signaling/PROTOCOL.md. */
export interface RoomPass {
  room_token: string;
  expires_at_ms: number;
  signaling_url: string;
  session: JoinInfo['session'];
  role: 'host' | 'member' | 'guest';
  name: string | null;
}

export interface Site {
  name: string;
  version: string;
  demo: { people: { email: string; password: string; role: string }[]; join_code: string } | null;
}
