-- What people say after a session that both came to: once each way. Of mentors it is public, of mentees for its author and
-- administrators.
CREATE TABLE reviews (
  id TEXT PRIMARY KEY NOT NULL,
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  direction TEXT NOT NULL CHECK (direction IN ('of_mentor', 'of_mentee')),
  author_id TEXT NOT NULL REFERENCES users (id),
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  rating SMALLINT NOT NULL CHECK (rating BETWEEN 1 AND 5),
  text TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  edited_at_ms BIGINT,
  -- The mentor's, public too.
  reply TEXT,
  replied_at_ms BIGINT,
  -- 1: taken off the pages by an administrator, for this reason.
  is_hidden SMALLINT NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1)),
  hidden_reason TEXT,
  UNIQUE (booking_id, direction)
);
CREATE INDEX reviews_mentor ON reviews (mentor_id, direction, is_hidden, created_at_ms, id);
CREATE INDEX reviews_hidden ON reviews (created_at_ms, id) WHERE is_hidden = 1;

CREATE TABLE review_reports (
  review_id TEXT NOT NULL REFERENCES reviews (id),
  reporter_id TEXT NOT NULL REFERENCES users (id),
  reason TEXT NOT NULL,
  reported_at_ms BIGINT NOT NULL,
  -- When an administrator had decided.
  settled_at_ms BIGINT,
  PRIMARY KEY (review_id, reporter_id)
);
CREATE INDEX review_reports_open ON review_reports (reported_at_ms, review_id) WHERE settled_at_ms IS NULL;

-- What administrators did about reviews; nothing is ever changed or taken out.
CREATE TABLE review_moderation (
  id TEXT PRIMARY KEY NOT NULL,
  review_id TEXT NOT NULL REFERENCES reviews (id),
  what TEXT NOT NULL CHECK (what IN ('hidden', 'restored', 'kept')),
  admin_id TEXT NOT NULL REFERENCES users (id),
  reason TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX review_moderation_review ON review_moderation (review_id, id);

-- Sums of a mentor's public reviews, counted anew with each change.
CREATE TABLE mentor_ratings (
  mentor_id TEXT PRIMARY KEY NOT NULL REFERENCES mentors (user_id),
  reviews BIGINT NOT NULL,
  stars BIGINT NOT NULL
);

-- Who was asked for a review: once.
CREATE TABLE review_requests (
  booking_id TEXT NOT NULL REFERENCES bookings (id),
  party TEXT NOT NULL CHECK (party IN ('mentor', 'mentee')),
  PRIMARY KEY (booking_id, party)
);
