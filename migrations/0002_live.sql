-- What people wrote during a session. `participant_id` is the room's; its row in `participants` may come a little later.
CREATE TABLE chat_messages (
  id TEXT PRIMARY KEY NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  participant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  sent_at_ms BIGINT NOT NULL
);
CREATE INDEX chat_messages_session ON chat_messages (session_id, sent_at_ms, id);

-- Room tokens that are worthless before they expire: by `jti`, or all of a login by its id.
CREATE TABLE revoked_room_tokens (
  key TEXT PRIMARY KEY NOT NULL,
  expires_at_ms BIGINT NOT NULL
);
