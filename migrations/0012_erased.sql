-- When somebody deleted their account. The row stays, without anything of them, for what others did with them.
ALTER TABLE users ADD COLUMN erased_at_ms BIGINT;
