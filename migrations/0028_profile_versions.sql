-- Counts what somebody saved of their profile: an administrator approves the version they read.
ALTER TABLE mentors ADD COLUMN profile_version BIGINT NOT NULL DEFAULT 0;
