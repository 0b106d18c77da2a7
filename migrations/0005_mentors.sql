-- What a mentor says about themselves. Lists are JSON. Shown to everyone once the mentor is approved.
ALTER TABLE mentors ADD COLUMN headline TEXT NOT NULL DEFAULT '';
ALTER TABLE mentors ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE mentors ADD COLUMN experience TEXT NOT NULL DEFAULT '';
ALTER TABLE mentors ADD COLUMN skills TEXT NOT NULL DEFAULT '[]';
ALTER TABLE mentors ADD COLUMN languages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE mentors ADD COLUMN links TEXT NOT NULL DEFAULT '[]';
ALTER TABLE mentors ADD COLUMN intro_video_url TEXT;
-- When they last applied, and why they were declined, for themselves to read.
ALTER TABLE mentors ADD COLUMN applied_at_ms BIGINT;
ALTER TABLE mentors ADD COLUMN decline_reason TEXT;
-- Their public address; null until there is a profile.
ALTER TABLE mentors ADD COLUMN slug TEXT;
CREATE UNIQUE INDEX mentors_slug ON mentors (slug);
CREATE INDEX mentors_applied ON mentors (status, applied_at_ms, user_id);

-- Full-text search: which words a mentor is found by. Filters are terms as well (`s:rust`, `l:en`), and `*` is everyone.
CREATE TABLE search_terms (
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  term TEXT NOT NULL,
  weight SMALLINT NOT NULL,
  PRIMARY KEY (mentor_id, term)
);
-- Read backwards it is a ranked list of the mentors of one term.
CREATE INDEX search_terms_ranked ON search_terms (term, weight, mentor_id);

-- Every term, by how many mentors have it: what a prefix may become, which word of a query is the rarest, and facets.
CREATE TABLE search_words (
  term TEXT PRIMARY KEY NOT NULL,
  -- Its first two characters: prefixes are looked up by equality, which no collation gets wrong.
  head TEXT NOT NULL,
  label TEXT NOT NULL,
  mentors BIGINT NOT NULL
);
CREATE INDEX search_words_head ON search_words (head, mentors, term);

CREATE TABLE saved_mentors (
  user_id TEXT NOT NULL REFERENCES users (id),
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  saved_at_ms BIGINT NOT NULL,
  PRIMARY KEY (user_id, mentor_id)
);
