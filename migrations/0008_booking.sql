-- Sessions with a time. Those that a mentor opens by hand have none of these.
ALTER TABLE sessions ADD COLUMN offering_id TEXT REFERENCES offerings (id);
ALTER TABLE sessions ADD COLUMN starts_at_ms BIGINT;
ALTER TABLE sessions ADD COLUMN ends_at_ms BIGINT;
ALTER TABLE sessions ADD COLUMN seats SMALLINT;
-- Guarded: nobody sells a seat that is not there.
ALTER TABLE sessions ADD COLUMN seats_taken SMALLINT CHECK (seats_taken >= 0 AND seats_taken <= seats);
CREATE INDEX sessions_opening ON sessions (offering_id, starts_at_ms) WHERE offering_id IS NOT NULL;
CREATE INDEX sessions_due ON sessions (ends_at_ms) WHERE ends_at_ms IS NOT NULL AND state <> 'ended';

-- One mentee's place in a session with a time.
CREATE TABLE bookings (
  id TEXT PRIMARY KEY NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  mentee_id TEXT NOT NULL REFERENCES users (id),
  state TEXT NOT NULL CHECK (state IN ('confirmed', 'completed', 'cancelled', 'no_show')),
  -- As they were when it was booked: what the mentor changes later changes nothing here.
  title TEXT NOT NULL,
  price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
  currency TEXT NOT NULL,
  cancellation_notice_minutes INTEGER NOT NULL CHECK (cancellation_notice_minutes >= 0),
  -- JSON, a list of {question, answer}.
  answers TEXT NOT NULL,
  -- Of its session; kept here so that a person's list is one index.
  starts_at_ms BIGINT NOT NULL,
  ends_at_ms BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL
);
-- One place a person.
CREATE UNIQUE INDEX bookings_place ON bookings (session_id, mentee_id) WHERE state <> 'cancelled';
CREATE INDEX bookings_mentee ON bookings (mentee_id, starts_at_ms, id);
CREATE INDEX bookings_mentor ON bookings (mentor_id, starts_at_ms, id);

-- What happened to a booking, in order: nothing is ever changed or taken out.
CREATE TABLE booking_history (
  id TEXT PRIMARY KEY NOT NULL,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  what TEXT NOT NULL CHECK (what IN ('booked', 'rescheduled', 'cancelled', 'completed', 'no_show')),
  done_by TEXT NOT NULL CHECK (done_by IN ('mentor', 'mentee', 'rule')),
  actor_id TEXT REFERENCES users (id),
  reason TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX booking_history_booking ON booking_history (booking_id, id);
