-- When a mentor can be booked: weekly rules, overrides and time off in civil time. One JSON document, for it is only ever
-- read whole.
CREATE TABLE availability (
  mentor_id TEXT PRIMARY KEY NOT NULL REFERENCES mentors (user_id),
  document TEXT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);

-- What a mentor offers. Lengths and buffers are multiples of five minutes, the granule of `mentor_occupancy`.
CREATE TABLE offerings (
  id TEXT PRIMARY KEY NOT NULL,
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  minutes SMALLINT NOT NULL CHECK (minutes > 0 AND minutes % 5 = 0),
  -- 0 is free.
  price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
  currency TEXT NOT NULL,
  -- 1 is one-to-one.
  seats SMALLINT NOT NULL CHECK (seats > 0),
  -- JSON, a list of texts.
  questions TEXT NOT NULL,
  buffer_before_minutes SMALLINT NOT NULL CHECK (buffer_before_minutes >= 0 AND buffer_before_minutes % 5 = 0),
  buffer_after_minutes SMALLINT NOT NULL CHECK (buffer_after_minutes >= 0 AND buffer_after_minutes % 5 = 0),
  minimum_notice_minutes INTEGER NOT NULL CHECK (minimum_notice_minutes >= 0),
  horizon_days SMALLINT NOT NULL CHECK (horizon_days > 0),
  -- Null: no limit.
  max_per_day SMALLINT CHECK (max_per_day > 0),
  max_per_week SMALLINT CHECK (max_per_week > 0),
  -- Cancelling is free until this long before the start.
  cancellation_notice_minutes INTEGER NOT NULL CHECK (cancellation_notice_minutes >= 0),
  is_active SMALLINT NOT NULL CHECK (is_active IN (0, 1)),
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL
);
CREATE INDEX offerings_mentor ON offerings (mentor_id, is_active, created_at_ms, id);

-- Five minutes of a mentor, taken: at most once, whatever races. `expires_at_ms` is set while it is only held.
CREATE TABLE mentor_occupancy (
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  -- Milliseconds since 1970, divided by 300,000.
  granule BIGINT NOT NULL,
  session_id TEXT NOT NULL,
  expires_at_ms BIGINT,
  PRIMARY KEY (mentor_id, granule)
);
CREATE INDEX mentor_occupancy_session ON mentor_occupancy (session_id);

-- The meetings behind the granules, one row each, to read from.
CREATE TABLE mentor_meetings (
  session_id TEXT PRIMARY KEY NOT NULL,
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  starts_at_ms BIGINT NOT NULL,
  -- With the buffers.
  busy_from_ms BIGINT NOT NULL,
  busy_until_ms BIGINT NOT NULL,
  expires_at_ms BIGINT
);
CREATE INDEX mentor_meetings_mentor ON mentor_meetings (mentor_id, busy_until_ms);

-- Group sessions that still have seats, kept by booking in its own transactions.
CREATE TABLE group_openings (
  offering_id TEXT NOT NULL REFERENCES offerings (id),
  starts_at_ms BIGINT NOT NULL,
  session_id TEXT NOT NULL,
  seats_left SMALLINT NOT NULL CHECK (seats_left >= 0),
  PRIMARY KEY (offering_id, starts_at_ms)
);
CREATE INDEX group_openings_session ON group_openings (session_id);
