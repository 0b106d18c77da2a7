-- Whether the address is known to be theirs: they opened a link sent there, or the operator typed it. Older accounts
-- confirm it once.
ALTER TABLE users ADD COLUMN email_verified_at_ms BIGINT;

-- Links in letters. The secret in a link is stored hashed; it works once, until it expires.
CREATE TABLE email_links (
  secret_hash TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('verify', 'change', 'reset')),
  -- The address the letter went to.
  email TEXT NOT NULL,
  expires_at_ms BIGINT NOT NULL
);
CREATE INDEX email_links_user ON email_links (user_id, purpose);

-- What people want to see: a language tag (BCP 47) and an IANA zone; null: what their browser says.
ALTER TABLE users ADD COLUMN language TEXT;
ALTER TABLE users ADD COLUMN time_zone TEXT;
-- Names the newest picture; null: none.
ALTER TABLE users ADD COLUMN avatar TEXT;
