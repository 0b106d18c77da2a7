/** What the page after a call says and offers, by the reason in `ended` (signaling/PROTOCOL.md §4). */
export interface LeftWords {
  title: string;
  text: string;
  /** Whether the way back into the room is open, and what the button to it says. */
  rejoin?: string;
}

const LEFT: LeftWords = {
  title: 'You left the session',
  text: 'It goes on without you. You can come back while it is open.',
  rejoin: 'Join again',
};

const REASONS: Record<string, LeftWords> = {
  left: LEFT,
  ended: {
    title: 'The session has ended',
    text: 'The mentor closed it for everyone. Thank you for being there.',
  },
  refused: {
    title: 'You were not let in',
    text: 'The mentor did not admit you this time. If that was a mistake, tell them another way and ask again.',
    rejoin: 'Ask again',
  },
  removed: {
    title: 'You were removed from the session',
    text: 'The mentor ended your part in this call. If that was a mistake, talk to them; you can ask to be let in again.',
    rejoin: 'Ask to be let in',
  },
  replaced: {
    title: 'You are in this session somewhere else',
    text: 'The call moved to another tab or device, so it stopped here. You can bring it back.',
    rejoin: 'Move it back here',
  },
  lost: {
    title: 'The connection was lost',
    text: 'We tried for a while and could not reach the server. Check your network; the session may well be going on.',
    rejoin: 'Join again',
  },
  shutdown: {
    title: 'The server is restarting',
    text: 'The call was interrupted for maintenance. The session stays open: it takes a minute or so.',
    rejoin: 'Join again',
  },
  idle: {
    title: 'The session was quiet for long',
    text: 'Nobody else was there, so we closed the call. The link still works.',
    rejoin: 'Join again',
  },
  full: {
    title: 'This session is full',
    text: 'All places are taken. Try again when someone has left, or ask the mentor.',
    rejoin: 'Try again',
  },
  locked: {
    title: 'The session is locked',
    text: 'The mentor closed the door for newcomers. Tell them that you are here, then try again.',
    rejoin: 'Try again',
  },
  session_not_open_yet: {
    title: 'The room is not open yet',
    text: 'It opens ten minutes before the session starts. Your bookings say when that is.',
    rejoin: 'Try again',
  },
  booking_required: {
    title: 'This session is booked',
    text: 'Only its mentor and those who booked it can enter. If you did, sign in with the account you booked with.',
    rejoin: 'Try again',
  },
  outdated: {
    title: 'FaceMentor was updated',
    text: 'This page is older than the server now. Joining again loads the new one.',
    rejoin: 'Join again',
  },
};

const FAILED: LeftWords = {
  title: 'The call could not go on',
  text: 'Something broke on our side. Joining again usually helps.',
  rejoin: 'Join again',
};

/** Other names under which the same things arrive: error codes of signaling (PROTOCOL.md §6). */
const SAME: Record<string, string> = {
  room_ended: 'ended',
  session_ended: 'ended',
  token_revoked: 'removed',
  token_expired: 'lost',
  resume_unknown: 'lost',
  unsupported_version: 'outdated',
  room_full: 'full',
  room_locked: 'locked',
};

export function leftWords(reason: string | null): LeftWords {
  if (reason === null) return LEFT;
  return own(REASONS, own(SAME, reason) ?? reason) ?? FAILED;
}

/** Only what the table itself holds: the key comes from the address bar. */
function own<Value>(table: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
