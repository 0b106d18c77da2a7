-- Portable between SQLite and PostgreSQL: TEXT ids (UUIDv7), SMALLINT 0/1, BIGINT UTC milliseconds.

CREATE TABLE outbox (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  version SMALLINT NOT NULL,
  subject_id TEXT NOT NULL,
  payload TEXT NOT NULL,
  occurred_at_ms BIGINT NOT NULL,
  -- When the last of its handlers was done with it (or gave up).
  settled_at_ms BIGINT
);
-- Looking for work costs what there is to do, however long the history.
CREATE INDEX outbox_open ON outbox (kind, subject_id, id) WHERE settled_at_ms IS NULL;
CREATE INDEX outbox_settled ON outbox (settled_at_ms) WHERE settled_at_ms IS NOT NULL;

CREATE TABLE deliveries (
  handler TEXT NOT NULL,
  event_id TEXT NOT NULL REFERENCES outbox (id),
  state TEXT NOT NULL CHECK (state IN ('done', 'retry', 'dead')),
  attempts INTEGER NOT NULL,
  due_at_ms BIGINT NOT NULL,
  error TEXT,
  PRIMARY KEY (handler, event_id)
);
CREATE INDEX deliveries_event ON deliveries (event_id);

CREATE TABLE users (
  id TEXT PRIMARY KEY NOT NULL,
  email TEXT NOT NULL,
  -- Lower case: one account per address.
  email_key TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  is_admin SMALLINT NOT NULL CHECK (is_admin IN (0, 1)),
  created_at_ms BIGINT NOT NULL
);

CREATE TABLE logins (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  -- Which refresh token is the newest; older ones are worthless.
  generation BIGINT NOT NULL,
  rotated_at_ms BIGINT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  last_seen_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  revoked_at_ms BIGINT
);
CREATE INDEX logins_user ON logins (user_id, last_seen_at_ms);

CREATE TABLE mentors (
  user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
  status TEXT NOT NULL CHECK (status IN ('applied', 'approved', 'declined')),
  created_at_ms BIGINT NOT NULL,
  decided_at_ms BIGINT
);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY NOT NULL,
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  title TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'live', 'ended')),
  join_code TEXT NOT NULL UNIQUE,
  waiting_room SMALLINT NOT NULL CHECK (waiting_room IN (0, 1)),
  created_at_ms BIGINT NOT NULL,
  started_at_ms BIGINT,
  ended_at_ms BIGINT
);
CREATE INDEX sessions_mentor ON sessions (mentor_id, id);

CREATE TABLE session_members (
  session_id TEXT NOT NULL REFERENCES sessions (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (session_id, user_id)
);
CREATE INDEX session_members_user ON session_members (user_id, session_id);

-- Someone present in a session's room: a person with an account, or a guest with a name.
CREATE TABLE participants (
  id TEXT PRIMARY KEY NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  user_id TEXT REFERENCES users (id),
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('host', 'member', 'guest')),
  joined_at_ms BIGINT NOT NULL,
  left_at_ms BIGINT
);
CREATE INDEX participants_session ON participants (session_id, left_at_ms);
