//! Other people's calendars (iCalendar, RFC 5545) as busy times. Pure: bytes and a range in, stretches of time out.
//!
//! Why not the crates `icalendar` and `rrule`: they bring a second time zone database (chrono-tz), so that one meeting
//! could be at two times in one program; one line that does not parse loses a whole calendar, which real ones have; and
//! a rule is walked from its first day on, however long ago. Here everything is bounded: the length of a line, the number
//! of events, and the work that rules may cost, for each and for all together.

mod budget;
mod busy;
mod days;
mod event;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod lines;
mod rule;
#[cfg(test)]
mod tests;
mod values;
mod zone;

pub use busy::{Busy, CalendarError, Kind, Reading, busy};

/// Larger calendars are refused before they are read.
pub const MAX_BYTES: usize = 20 << 20;
/// More events are refused: nobody's calendar has them, and memory is finite.
pub const MAX_EVENTS: usize = 50_000;
