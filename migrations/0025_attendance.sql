-- Who was in a session's room from when to when, and when their media was connected: a row a stay. An open one has no end.
CREATE TABLE attendance_stays (
  participant_id TEXT NOT NULL REFERENCES participants (id),
  kind TEXT NOT NULL CHECK (kind IN ('room', 'media')),
  from_ms BIGINT NOT NULL,
  until_ms BIGINT,
  -- 1: nobody told its end; the server had died, and was last known to live then.
  cut SMALLINT NOT NULL DEFAULT 0 CHECK (cut IN (0, 1)),
  PRIMARY KEY (participant_id, kind, from_ms)
);
CREATE INDEX attendance_stays_open ON attendance_stays (participant_id) WHERE until_ms IS NULL;
INSERT INTO attendance_stays (participant_id, kind, from_ms, until_ms)
  SELECT id, 'room', joined_at_ms, left_at_ms FROM participants;

-- When this server was last known to live: what a crash leaves open ends then.
CREATE TABLE server_marks (
  name TEXT PRIMARY KEY NOT NULL,
  at_ms BIGINT NOT NULL
);

-- What was made of a booking whose time is over: by rule, or by an administrator.
CREATE TABLE booking_verdicts (
  booking_id TEXT PRIMARY KEY NOT NULL REFERENCES bookings (id),
  outcome TEXT NOT NULL CHECK (outcome IN ('completed', 'mentor_absent', 'mentee_absent', 'both_absent')),
  reason TEXT NOT NULL,
  decided_by TEXT NOT NULL CHECK (decided_by IN ('rule', 'admin')),
  decided_at_ms BIGINT NOT NULL
);

-- How long each of the two was there during the booked time, as it was when the rule decided.
CREATE TABLE booking_attendance (
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  party TEXT NOT NULL CHECK (party IN ('mentor', 'mentee')),
  room_s BIGINT NOT NULL CHECK (room_s >= 0),
  media_s BIGINT NOT NULL CHECK (media_s >= 0),
  PRIMARY KEY (booking_id, party)
);

-- One of the two says that the verdict is wrong; an administrator decides, once.
CREATE TABLE booking_disputes (
  booking_id TEXT PRIMARY KEY NOT NULL REFERENCES bookings (id),
  raised_by TEXT NOT NULL CHECK (raised_by IN ('mentor', 'mentee')),
  reason TEXT NOT NULL,
  raised_at_ms BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'overturned')),
  resolution TEXT,
  resolved_by TEXT REFERENCES users (id),
  resolved_at_ms BIGINT
);
CREATE INDEX booking_disputes_state ON booking_disputes (state, raised_at_ms, booking_id);

-- Words of the history are checked where they are read and written, so that new ones need no new table.
CREATE TABLE booking_history_2 (
  id TEXT PRIMARY KEY NOT NULL,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  what TEXT NOT NULL,
  done_by TEXT NOT NULL,
  actor_id TEXT REFERENCES users (id),
  reason TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
INSERT INTO booking_history_2 (id, booking_id, what, done_by, actor_id, reason, at_ms)
  SELECT id, booking_id, what, done_by, actor_id, reason, at_ms FROM booking_history;
DROP TABLE booking_history;
ALTER TABLE booking_history_2 RENAME TO booking_history;
CREATE INDEX booking_history_booking ON booking_history (booking_id, id);
