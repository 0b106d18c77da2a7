-- What search filters and sorts by that is no word: a row for each mentor who can be found, made from other tables.
CREATE TABLE search_facts (
  mentor_id TEXT PRIMARY KEY NOT NULL REFERENCES mentors (user_id),
  -- Of the cheapest thing to book, in the smallest unit of its currency; above every price when there is nothing to book.
  price_key BIGINT NOT NULL,
  currency TEXT,
  -- The Bayesian mean in thousandths; 0 without reviews.
  rating_key BIGINT NOT NULL,
  reviews BIGINT NOT NULL,
  -- When the next opening starts; above every time when there is none.
  soonest_key BIGINT NOT NULL,
  -- IANA, of their hours; null before they have some. Searched for as a term (`z:Europe/Paris`).
  time_zone TEXT,
  -- When all of this may be otherwise although nobody did anything: the next opening is over, the horizon has moved on.
  recheck_at_ms BIGINT NOT NULL
);
CREATE INDEX search_facts_price ON search_facts (price_key, mentor_id);
CREATE INDEX search_facts_rating ON search_facts (rating_key, mentor_id);
CREATE INDEX search_facts_soonest ON search_facts (soonest_key, mentor_id);
CREATE INDEX search_facts_recheck ON search_facts (recheck_at_ms, mentor_id);

-- Mentors whose offerings or openings are others than they were. No key, for nobody who books should wait here for somebody
-- else who does: the same mentor may be here many times.
CREATE TABLE openings_changed (
  mentor_id TEXT NOT NULL REFERENCES mentors (user_id),
  -- 1: somebody is looking at what became of it; taken out when they have.
  is_taken SMALLINT NOT NULL DEFAULT 0 CHECK (is_taken IN (0, 1))
);
CREATE INDEX openings_changed_mentor ON openings_changed (mentor_id);
INSERT INTO openings_changed (mentor_id) SELECT user_id FROM mentors WHERE status = 'approved';
