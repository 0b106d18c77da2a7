-- Other times that one of a booking's two proposes to the other. They are held until the answer.
CREATE TABLE proposals (
  id TEXT PRIMARY KEY NOT NULL,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  made_by TEXT NOT NULL CHECK (made_by IN ('mentor', 'mentee')),
  state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn', 'replaced', 'expired')),
  note TEXT NOT NULL,
  -- Where the pages are, for links in letters that nobody's request causes.
  origin TEXT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL
);
-- One at a time.
CREATE UNIQUE INDEX proposals_open ON proposals (booking_id) WHERE state = 'open';
CREATE INDEX proposals_overdue ON proposals (expires_at_ms) WHERE state = 'open';

CREATE TABLE proposal_times (
  proposal_id TEXT NOT NULL REFERENCES proposals (id),
  starts_at_ms BIGINT NOT NULL,
  -- Under which the time is held in `mentor_occupancy`.
  holder_id TEXT NOT NULL,
  PRIMARY KEY (proposal_id, starts_at_ms)
);
