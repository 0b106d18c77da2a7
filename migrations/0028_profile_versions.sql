-- Counts what an applicant saves: an administrator approves the version they read.
ALTER TABLE mentors ADD COLUMN profile_version BIGINT NOT NULL DEFAULT 0;
