-- Notes beside a session with bookings: one that all who take part share, and one of each person's own.
CREATE TABLE session_notes (
  session_id TEXT NOT NULL REFERENCES sessions (id),
  -- Whose own it is; empty for the shared one.
  owner TEXT NOT NULL,
  text TEXT NOT NULL,
  -- Counts the changes: whoever writes says which one they have seen.
  version INTEGER NOT NULL CHECK (version > 0),
  updated_by TEXT NOT NULL REFERENCES users (id),
  updated_at_ms BIGINT NOT NULL,
  PRIMARY KEY (session_id, owner)
);

-- What somebody wants to do until some day.
CREATE TABLE session_actions (
  id TEXT PRIMARY KEY NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  text TEXT NOT NULL,
  assignee_id TEXT REFERENCES users (id),
  -- A civil date, 2026-12-24.
  due_on TEXT,
  done_at_ms BIGINT,
  version INTEGER NOT NULL CHECK (version > 0),
  created_by TEXT NOT NULL REFERENCES users (id),
  created_at_ms BIGINT NOT NULL
);
CREATE INDEX session_actions_session ON session_actions (session_id, created_at_ms, id);

-- Files beside a session; their bytes are in objects/attachments/ in the data folder, under the id.
CREATE TABLE session_attachments (
  id TEXT PRIMARY KEY NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  uploaded_by TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes BIGINT NOT NULL CHECK (bytes > 0),
  created_at_ms BIGINT NOT NULL
);
CREATE INDEX session_attachments_session ON session_attachments (session_id, created_at_ms, id);

-- What a person's files weigh together: a counter, so that the quota holds whatever races.
CREATE TABLE attachment_usage (
  user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
  bytes BIGINT NOT NULL CHECK (bytes >= 0)
);
