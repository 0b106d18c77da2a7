//! What must hold of every calendar somebody brings: a function that panics where it does not. libFuzzer calls it (`fuzz/`,
//! which sets `cfg(fuzzing)`), and `cargo test` replays its corpus. Nothing of this is part of a build for use.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;

use crate::{Kind, Reading, busy};

/// The first byte says whose calendar it is and when. Times are in order, apart, and in the range; a calendar read twice is
/// the same; for holidays there is never less than for one's own.
pub fn ical(data: &[u8]) {
    let Some((choice, calendar)) = data.split_first() else { return };
    let zone = ["UTC", "Europe/Paris", "Asia/Kathmandu", "Australia/Lord_Howe"][usize::from(choice % 4)];
    let zone = TimeZoneDatabase::bundled().get(zone).expect("a zone of the bundled database");
    let from = Timestamp::from_second([1_764_000_000, 0, -1_000_000_000, 253_000_000_000][usize::from(choice / 4 % 4)])
        .expect("an instant");
    let until = Timestamp::from_second(from.as_second() + 400 * 86_400).expect("an instant");
    let read = |kind| busy(calendar, &Reading { zone: zone.clone(), range: (from, until), kind, is_ours: &|_| false });
    let Ok(own) = read(Kind::Own) else { return };
    assert_eq!(Ok(&own), read(Kind::Own).as_ref());
    assert!(own.times.iter().all(|(start, end)| from <= *start && start < end && *end <= until));
    assert!(own.times.windows(2).all(|pair| pair[0].1 < pair[1].0));
    let total = |times: &[(Timestamp, Timestamp)]| {
        times.iter().map(|(start, end)| end.as_millisecond() - start.as_millisecond()).sum::<i64>()
    };
    let holidays = read(Kind::Holidays).expect("it was read before");
    if holidays.left_out == own.left_out {
        assert!(total(&holidays.times) >= total(&own.times));
    }
}
