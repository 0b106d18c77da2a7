//! Who came. Pure.
//!
//! **Someone came when they were in the room at some moment of the first minutes** (`booking.no_show_after_s`, ten unless
//! said otherwise, and never longer than what was booked). A booking is completed when both came; otherwise it is a
//! no-show of whoever did not. A moment is enough: networks fail, and who drops out of a call has not stayed away. A
//! session that was ended for all before those minutes were over kept out whoever had not come yet: that is its
//! mentor's doing.

use std::time::Duration;

use super::model::{Outcome, Seconds, Span, Stays};
use crate::kernel::clock::Timestamp;
use crate::kernel::text::is_prose;

const REASON_MAX_CHARS: usize = 1_000;

/// What a decision is made of.
#[derive(Debug, Clone)]
pub(in crate::booking) struct Case<'a> {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// When the session ended for everyone.
    pub closed_at: Option<Timestamp>,
    pub no_show_after: Duration,
    /// Stays in the room.
    pub mentor: &'a [Span],
    pub mentee: &'a [Span],
}

/// What became of a booking, and why, for people.
pub(in crate::booking) fn decide(case: &Case<'_>) -> (Outcome, String) {
    let latest = case.latest();
    let first = words(latest.since(case.starts_at));
    let late = |stays: &[Span]| how_late(stays, case.starts_at);
    match (case.came(case.mentor), case.came(case.mentee)) {
        (true, true) => (Outcome::Completed, format!("Both were in the room in the first {first}.")),
        (_, false) if case.closed_at.is_some_and(|closed| closed < latest) => {
            let after = words(case.closed_at.unwrap_or(latest).since(case.starts_at));
            let reason = format!(
                "The mentor ended the session {after} after its start, before the mentee's first {first} were over."
            );
            (Outcome::MentorAbsent, reason)
        }
        (false, true) => (
            Outcome::MentorAbsent,
            format!("The mentor was not in the room in the first {first}: they {}.", late(case.mentor)),
        ),
        (true, false) => (
            Outcome::MenteeAbsent,
            format!("The mentee was not in the room in the first {first}: they {}.", late(case.mentee)),
        ),
        (false, false) => {
            let (mentor, mentee) = (late(case.mentor), late(case.mentee));
            let reason =
                format!("Nobody was in the room in the first {first}: the mentor {mentor}, and the mentee {mentee}.");
            (Outcome::BothAbsent, reason)
        }
    }
}

impl Case<'_> {
    /// The last moment at which somebody may come.
    fn latest(&self) -> Timestamp {
        self.starts_at.plus(self.no_show_after).min(self.ends_at)
    }

    fn came(&self, stays: &[Span]) -> bool {
        let reaches = |stay: &Span| stay.until.is_none_or(|until| until >= self.starts_at);
        stays.iter().any(|stay| stay.from <= self.latest() && reaches(stay))
    }
}

/// What somebody who was not there did instead.
fn how_late(stays: &[Span], starts_at: Timestamp) -> String {
    let left = stays.iter().filter_map(|stay| stay.until).filter(|until| *until < starts_at).max();
    let came = stays.iter().map(|stay| stay.from).filter(|from| *from >= starts_at).min();
    let before = |left: Timestamp| words(starts_at.since(left));
    match (left, came) {
        (None, None) => "never came".to_owned(),
        (Some(left), None) => format!("left {} before the start", before(left)),
        (None, Some(came)) => format!("came {} after the start", words(came.since(starts_at))),
        (Some(left), Some(came)) => {
            format!("left {} before the start and came back {} after it", before(left), words(came.since(starts_at)))
        }
    }
}

/// "10 minutes", "1 minute 5 seconds". Rounded up, so that what is later than a limit never reads like it.
fn words(duration: Duration) -> String {
    let count = |count: u128, unit: &str| match count {
        1 => format!("1 {unit}"),
        count => format!("{count} {unit}s"),
    };
    let seconds = duration.as_millis().div_ceil(1_000);
    match (seconds / 60, seconds % 60) {
        (0, seconds) => count(seconds, "second"),
        (minutes, 0) => count(minutes, "minute"),
        (minutes, seconds) => format!("{} {}", count(minutes, "minute"), count(seconds, "second")),
    }
}

/// Whole seconds of `stays` inside `from..until`; what overlaps (two tabs, two devices) counts once.
pub(super) fn seconds(stays: &[Span], (from, until): (Timestamp, Timestamp)) -> i64 {
    let mut inside: Vec<_> = stays
        .iter()
        .map(|stay| (stay.from.max(from), stay.until.unwrap_or(until).min(until)))
        .filter(|(from, until)| from < until)
        .collect();
    inside.sort();
    let (mut total, mut seen) = (0, from);
    for (from, until) in inside {
        total += (until.0 - from.max(seen).0).max(0);
        seen = seen.max(until);
    }
    total / 1_000
}

/// How long somebody was there between the start and the end, or until now.
pub(super) fn presence(stays: &Stays, booked: (Timestamp, Timestamp), now: Timestamp) -> Seconds {
    let range = (booked.0, booked.1.min(now));
    Seconds { room_s: seconds(&stays.room, range), media_s: seconds(&stays.media, range) }
}

/// Of a dispute, or of what an administrator makes of it.
pub(super) fn reason(text: &str) -> Option<String> {
    let text = text.trim().replace("\r\n", "\n");
    (is_prose(&text) && (1..=REASON_MAX_CHARS).contains(&text.chars().count())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000_000);

    fn at(seconds: i64) -> Timestamp {
        Timestamp(START.0 + 1_000 * seconds)
    }

    /// A stay in seconds from the start.
    fn stay(from: i64, until: Option<i64>) -> Span {
        Span { from: at(from), until: until.map(at) }
    }

    #[test]
    fn a_moment_of_the_first_minutes_is_enough() {
        let cases: &[(&str, &[Span], &str)] = &[
            ("never there", &[], "never came"),
            ("early, and stays", &[stay(-540, None)], ""),
            ("early, and away before the start", &[stay(-540, Some(-60))], "left 1 minute before the start"),
            ("leaves as it starts", &[stay(-540, Some(0))], ""),
            ("on time for one moment", &[stay(180, Some(180))], ""),
            ("at the last moment", &[stay(600, Some(3_000))], ""),
            ("too late", &[stay(601, Some(3_000))], "came 10 minutes 1 second after the start"),
            (
                "early and away, then late",
                &[stay(-300, Some(-120)), stay(720, None)],
                "left 2 minutes before the start and came back 12 minutes after it",
            ),
            ("a reconnect", &[stay(-300, Some(-120)), stay(240, Some(360)), stay(1_800, None)], ""),
        ];
        for (what, stays, why) in cases {
            let there = [stay(0, None)];
            let (starts_at, ends_at) = (START, at(3_600));
            let no_show_after = Duration::from_secs(600);
            let case = Case { starts_at, ends_at, closed_at: None, no_show_after, mentor: &there, mentee: stays };
            let (outcome, reason) = decide(&case);
            let expected = if why.is_empty() { Outcome::Completed } else { Outcome::MenteeAbsent };
            assert_eq!(outcome, expected, "{what}");
            assert!(reason.contains(why), "{what}: {reason}");
        }
    }

    #[test]
    fn what_overlaps_counts_once_and_nothing_outside_counts() {
        let booked = (at(0), at(100));
        let cases: &[(&[Span], i64)] = &[
            (&[], 0),
            (&[stay(-50, None)], 100),
            (&[stay(10, Some(20)), stay(15, Some(30)), stay(12, Some(14))], 20),
            (&[stay(90, Some(200)), stay(-10, Some(5))], 15),
            (&[stay(200, Some(300)), stay(50, Some(50))], 0),
        ];
        for (stays, expected) in cases {
            assert_eq!(seconds(stays, booked), *expected, "{stays:?}");
        }
    }

    proptest::proptest! {
        /// As counting second by second would say.
        #[test]
        fn seconds_are_those_in_which_somebody_was_there(
            stays in proptest::collection::vec((-20_i64..60, 0_i64..40), 0..8),
        ) {
            let spans: Vec<_> = stays.iter().map(|(from, length)| stay(*from, Some(from + length))).collect();
            let there = |second: &i64| stays.iter().any(|(from, length)| from <= second && *second < from + length);
            let expected = i64::try_from((0..30).filter(there).count()).expect("few");
            proptest::prop_assert_eq!(seconds(&spans, (at(0), at(30))), expected);
        }
    }
}
