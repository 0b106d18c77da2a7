-- Who waits for a seat of a group session that is full, in the order they came.
CREATE TABLE waitlist (
  id TEXT PRIMARY KEY NOT NULL,
  offering_id TEXT NOT NULL REFERENCES offerings (id),
  starts_at_ms BIGINT NOT NULL,
  person_id TEXT NOT NULL REFERENCES users (id),
  -- waiting, then offered a seat that is held for them, then booked; or left by themselves, or passed over.
  state TEXT NOT NULL CHECK (state IN ('waiting', 'offered', 'booked', 'left', 'passed')),
  -- The seat that is or was held.
  booking_id TEXT REFERENCES bookings (id),
  -- Where the pages are, for the link in the letter.
  origin TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL
);
-- Once a person.
CREATE UNIQUE INDEX waitlist_person ON waitlist (offering_id, starts_at_ms, person_id)
  WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_line ON waitlist (offering_id, starts_at_ms, id) WHERE state = 'waiting';
CREATE INDEX waitlist_mine ON waitlist (person_id, starts_at_ms) WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_booking ON waitlist (booking_id) WHERE booking_id IS NOT NULL;
