-- A secret address under which a person's calendar finds their bookings. At most one each.
CREATE TABLE calendar_feeds (
  user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
  -- SHA-256: what is looked up.
  token_hash TEXT NOT NULL,
  -- Sealed, to be shown to its owner again.
  token TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX calendar_feeds_token ON calendar_feeds (token_hash);
