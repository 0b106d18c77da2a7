-- Calendars whose events keep a mentor busy. Of the events only the times are kept.
CREATE TABLE busy_calendars (
  id TEXT PRIMARY KEY NOT NULL,
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  source TEXT NOT NULL CHECK (source IN ('feed', 'google')),
  kind TEXT NOT NULL CHECK (kind IN ('own', 'holidays')),
  name TEXT NOT NULL,
  -- Where a feed is, or the right to ask Google; sealed, since whoever has it can read the calendar.
  secret TEXT NOT NULL,
  -- Of what was sealed, so that nothing is subscribed to twice.
  fingerprint TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  -- When it was last asked, and when what is in force was read.
  checked_at_ms BIGINT NOT NULL,
  read_at_ms BIGINT NOT NULL,
  -- When it is asked next.
  due_at_ms BIGINT NOT NULL,
  failures INTEGER NOT NULL CHECK (failures >= 0),
  -- Why the last attempt failed; null when it did not.
  trouble TEXT,
  -- Validators of what was read (RFC 9110 §8.8), and when it was read whole.
  etag TEXT,
  last_modified TEXT,
  whole_at_ms BIGINT NOT NULL,
  events INTEGER NOT NULL,
  left_out INTEGER NOT NULL
);
CREATE UNIQUE INDEX busy_calendars_once ON busy_calendars (mentor_id, fingerprint);
CREATE INDEX busy_calendars_due ON busy_calendars (due_at_ms);

-- Busy times of a week (milliseconds since 1970, divided by a week's): what openings read is a few rows.
CREATE TABLE busy_weeks (
  calendar_id TEXT NOT NULL REFERENCES busy_calendars (id),
  week BIGINT NOT NULL,
  -- JSON, [from, until] in milliseconds, cut to the week.
  times TEXT NOT NULL,
  PRIMARY KEY (calendar_id, week)
);
