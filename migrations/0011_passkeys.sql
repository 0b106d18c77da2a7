-- Passkeys (WebAuthn). The public key is COSE, the credential's id as it is on the wire; both base64url.
CREATE TABLE passkeys (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  credential_id TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,
  -- The newest the authenticator told; 0 where it does not count.
  sign_count BIGINT NOT NULL,
  -- JSON, how browsers may reach it ("usb", "internal").
  transports TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  last_used_at_ms BIGINT
);
CREATE INDEX passkeys_user ON passkeys (user_id, id);

-- Whether one of them is asked for after the password.
ALTER TABLE users ADD COLUMN asks_for_passkey SMALLINT NOT NULL DEFAULT 0 CHECK (asks_for_passkey IN (0, 1));
