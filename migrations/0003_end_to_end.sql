-- Whether a session's sound and picture are encrypted between the browsers. Its key is in the link's fragment and never here.
ALTER TABLE sessions ADD COLUMN end_to_end SMALLINT NOT NULL DEFAULT 0 CHECK (end_to_end IN (0, 1));
