//! Who was there. Pure.
//!
//! **Someone came when they were in the room at some moment of the first ten minutes.** A booking is completed when both
//! came; otherwise it is a no-show of whoever did not. A moment is enough: networks fail, and who drops out of a call has
//! not stayed away.

use std::time::Duration;

use crate::kernel::clock::Timestamp;

/// How long after the start one may come.
pub(super) const GRACE: Duration = Duration::from_secs(600);

/// A stay in the room; None: still there.
pub(super) type Stay = (Timestamp, Option<Timestamp>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Completed,
    /// Who did not come.
    NoShow(Absent),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    Mentor,
    Mentee,
    Both,
}

impl Outcome {
    /// For people.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Completed => "Both were there.",
            Self::NoShow(Absent::Mentor) => "The mentor was not in the room in the first ten minutes.",
            Self::NoShow(Absent::Mentee) => "The mentee was not in the room in the first ten minutes.",
            Self::NoShow(Absent::Both) => "Nobody was in the room in the first ten minutes.",
        }
    }
}

/// Whether someone with these stays came to what started then.
pub(super) fn came(stays: &[Stay], starts_at: Timestamp) -> bool {
    let latest = starts_at.plus(GRACE);
    stays.iter().any(|(joined, left)| *joined <= latest && left.is_none_or(|left| left >= starts_at))
}

pub(super) fn outcome(mentor_came: bool, mentee_came: bool) -> Outcome {
    match (mentor_came, mentee_came) {
        (true, true) => Outcome::Completed,
        (false, true) => Outcome::NoShow(Absent::Mentor),
        (true, false) => Outcome::NoShow(Absent::Mentee),
        (false, false) => Outcome::NoShow(Absent::Both),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000_000);

    /// A stay in minutes from the start.
    fn stay(joined: i64, left: Option<i64>) -> Stay {
        let at = |minutes: i64| Timestamp(START.0 + 60_000 * minutes);
        (at(joined), left.map(at))
    }

    #[test]
    fn a_moment_of_the_first_ten_minutes_is_enough() {
        let cases: &[(&str, &[Stay], bool)] = &[
            ("never there", &[], false),
            ("early, and stays", &[stay(-9, None)], true),
            ("early, and leaves before the start", &[stay(-9, Some(-1))], false),
            ("leaves as it starts", &[stay(-9, Some(0))], true),
            ("on time for one moment", &[stay(3, Some(3))], true),
            ("at the last moment", &[stay(10, Some(50))], true),
            ("too late", &[stay(11, Some(50))], false),
            ("early and away, then late", &[stay(-5, Some(-2)), stay(12, None)], false),
            ("a reconnect", &[stay(-5, Some(-2)), stay(4, Some(6)), stay(30, None)], true),
        ];
        for (what, stays, came) in cases {
            assert_eq!(super::came(stays, START), *came, "{what}");
        }
    }

    #[test]
    fn whoever_did_not_come_is_named() {
        assert_eq!(outcome(true, true), Outcome::Completed);
        assert_eq!(outcome(false, true), Outcome::NoShow(Absent::Mentor));
        assert_eq!(outcome(true, false), Outcome::NoShow(Absent::Mentee));
        assert_eq!(outcome(false, false), Outcome::NoShow(Absent::Both));
    }
}
