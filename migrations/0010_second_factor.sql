-- Second factors. What an authenticator app counts with is sealed by a key of the secrets file, which no copy of this
-- database holds.
CREATE TABLE totp (
  user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
  sealed_secret TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  -- Null until a code has shown that the app has it.
  confirmed_at_ms BIGINT,
  -- Codes of this step (30 seconds each since 1970) and of those before it are used up.
  last_step BIGINT NOT NULL
);

-- One row a code that still works. Those of a person share a salt: one hash finds a code among them.
CREATE TABLE backup_codes (
  user_id TEXT NOT NULL REFERENCES users (id),
  code_hash TEXT NOT NULL,
  PRIMARY KEY (user_id, code_hash)
);

-- When the person last proved on this login who they are: what must not be done with a borrowed phone asks for it.
ALTER TABLE logins ADD COLUMN proved_at_ms BIGINT NOT NULL DEFAULT 0;
CREATE INDEX logins_expired ON logins (expires_at_ms);
CREATE INDEX logins_revoked ON logins (revoked_at_ms) WHERE revoked_at_ms IS NOT NULL;

-- Signed tokens that are good for one use, and were used.
CREATE TABLE used_tokens (
  id TEXT PRIMARY KEY NOT NULL,
  expires_at_ms BIGINT NOT NULL
);
