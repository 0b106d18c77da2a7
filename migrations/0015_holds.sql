-- A life has a beginning now: held, while the mentee answers the questions, and expired, when a hold became no booking.
-- The states are checked, and SQLite changes a check only with its table: so both tables are made anew.

-- Bookings that repeat. The rule, and the zone of the clock it is counted on, as they were when it was booked.
CREATE TABLE booking_series (
  id TEXT PRIMARY KEY NOT NULL,
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  mentee_id TEXT NOT NULL REFERENCES users (id),
  -- RFC 5545: FREQ=WEEKLY;INTERVAL=1;COUNT=6
  rrule TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  first_starts_at_ms BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL
);

CREATE TABLE bookings_next (
  id TEXT PRIMARY KEY NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  mentee_id TEXT NOT NULL REFERENCES users (id),
  state TEXT NOT NULL CHECK (state IN
    ('held', 'awaiting_payment', 'confirmed', 'completed', 'cancelled', 'no_show', 'expired')),
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
  created_at_ms BIGINT NOT NULL,
  -- Until when it is held; null when it is not.
  expires_at_ms BIGINT,
  -- Which of the few holds that one person may have; null: it was offered to them, and counts as none of theirs.
  hold_place SMALLINT,
  series_id TEXT REFERENCES booking_series (id),
  -- When this one of the series was to start, before it was moved: what calendars know it by.
  recurrence_ms BIGINT,
  CHECK ((state IN ('held', 'awaiting_payment')) = (expires_at_ms IS NOT NULL))
);
INSERT INTO bookings_next (id, session_id, mentor_id, mentee_id, state, title, price_minor, currency,
    cancellation_notice_minutes, answers, starts_at_ms, ends_at_ms, created_at_ms)
  SELECT id, session_id, mentor_id, mentee_id, state, title, price_minor, currency,
    cancellation_notice_minutes, answers, starts_at_ms, ends_at_ms, created_at_ms FROM bookings;

CREATE TABLE booking_history_next (
  id TEXT PRIMARY KEY NOT NULL,
  booking_id TEXT NOT NULL REFERENCES bookings_next (id),
  -- The steps of `life`.
  what TEXT NOT NULL,
  done_by TEXT NOT NULL CHECK (done_by IN ('mentor', 'mentee', 'rule')),
  actor_id TEXT REFERENCES users (id),
  reason TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
INSERT INTO booking_history_next (id, booking_id, what, done_by, actor_id, reason, at_ms)
  SELECT id, booking_id, what, done_by, actor_id, reason, at_ms FROM booking_history;

DROP TABLE booking_history;
DROP TABLE bookings;
ALTER TABLE bookings_next RENAME TO bookings;
ALTER TABLE booking_history_next RENAME TO booking_history;

-- One place a person.
CREATE UNIQUE INDEX bookings_place ON bookings (session_id, mentee_id) WHERE state NOT IN ('cancelled', 'expired');
-- So many holds a person, whatever races.
CREATE UNIQUE INDEX bookings_hold ON bookings (mentee_id, hold_place) WHERE expires_at_ms IS NOT NULL;
CREATE INDEX bookings_overdue ON bookings (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
CREATE INDEX bookings_mentee ON bookings (mentee_id, starts_at_ms, id);
CREATE INDEX bookings_mentor ON bookings (mentor_id, starts_at_ms, id);
CREATE INDEX bookings_series ON bookings (series_id, starts_at_ms) WHERE series_id IS NOT NULL;
CREATE INDEX booking_history_booking ON booking_history (booking_id, id);
