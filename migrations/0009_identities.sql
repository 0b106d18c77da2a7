-- Who somebody is at another provider: its issuer and their subject there. The address is what it said when they linked it.
CREATE TABLE identities (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  email TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id, issuer);
