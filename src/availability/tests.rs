use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::rules::*;

const EVERY_DAY: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

const NO_LIMITS: Limits = Limits {
    minimum_notice: SignedDuration::ZERO,
    horizon: SignedDuration::from_hours(24 * 365),
    per_day: None,
    per_week: None,
};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn daily(zone: &str, from: Minutes, until: Minutes) -> Calendar {
    Calendar {
        zone: TimeZone::get(zone).expect("a zone"),
        weekly: EVERY_DAY.map(|day| (day, Window { from, until })).to_vec(),
        overrides: BTreeMap::new(),
        time_off: Vec::new(),
    }
}

fn half_hours() -> Length {
    let zero = SignedDuration::ZERO;
    Length { meeting: SignedDuration::from_mins(30), buffer_before: zero, buffer_after: zero }
}

/// Starts on one UTC day.
fn starts(calendar: &Calendar, length: Length, limits: Limits, booked: &[Booked], day: &str) -> Vec<String> {
    let range = (at(&format!("{day}T00:00:00Z")), at(&format!("{day}T00:00:00Z")) + SignedDuration::from_hours(24));
    let found = openings(range.0, calendar, length, limits, booked, range);
    found.iter().map(|opening| opening.starts_at.to_string()[11..16].to_owned()).collect()
}

fn plain(calendar: &Calendar, day: &str) -> Vec<String> {
    starts(calendar, half_hours(), NO_LIMITS, &[], day)
}

#[test]
fn openings_follow_the_mentors_clock() {
    // 01:00–04:00 in Berlin: on a common day, when 02:00–03:00 is skipped, and when it comes twice.
    let berlin = daily("Europe/Berlin", 60, 240);
    assert_eq!(plain(&berlin, "2026-03-25"), ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30"]);
    // The next date's first two are on the same UTC day from then on.
    assert_eq!(plain(&berlin, "2026-03-29"), ["00:00", "00:30", "01:00", "01:30", "23:00", "23:30"]);
    let back = ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30"];
    assert_eq!(plain(&berlin, "2026-10-25"), back);
    assert_eq!(plain(&daily("Asia/Kathmandu", 600, 660), "2026-05-01"), ["04:15", "04:45"]);
}

#[test]
fn a_window_inside_skipped_times_is_empty_and_one_inside_repeated_times_opens_twice() {
    let berlin = daily("Europe/Berlin", 120, 180);
    assert_eq!(plain(&berlin, "2026-03-29"), [] as [&str; 0]);
    assert_eq!(plain(&daily("Europe/Berlin", 120, 150), "2026-10-25"), ["00:00", "01:00"]);
    // Lord Howe's clocks move by half an hour: 01:30–02:00 comes twice, at 14:30 and 15:00 UTC the day before.
    assert_eq!(plain(&daily("Australia/Lord_Howe", 90, 120), "2026-04-04"), ["14:30", "15:00"]);
}

#[test]
fn windows_that_touch_at_midnight_are_one() {
    let mut utc = daily("UTC", 23 * 60 + 45, 1440);
    utc.weekly.extend(EVERY_DAY.map(|day| (day, Window { from: 0, until: 15 })));
    assert_eq!(plain(&utc, "2026-05-01"), ["23:45"]);
}

#[test]
fn what_is_open_does_not_depend_on_what_is_asked_for() {
    // Fifty minutes do not divide a day: each date's starts begin anew at midnight, and the last reaches over it.
    let utc = daily("UTC", 0, 1440);
    let length = Length { meeting: SignedDuration::from_mins(50), ..half_hours() };
    let month = (at("2026-05-01T00:00:00Z"), at("2026-05-31T00:00:00Z"));
    let whole = openings(month.0, &utc, length, NO_LIMITS, &[], month);
    assert_eq!(whole.len(), 30 * 29);
    for opening in &whole {
        let alone = (opening.starts_at, opening.starts_at + SignedDuration::from_millis(1));
        assert_eq!(openings(month.0, &utc, length, NO_LIMITS, &[], alone), [*opening]);
    }
}

#[test]
fn overrides_time_off_and_bookings_with_buffers_take_openings_away() {
    let mut utc = daily("UTC", 540, 660);
    assert_eq!(plain(&utc, "2026-05-01"), ["09:00", "09:30", "10:00", "10:30"]);
    let busy = (at("2026-05-01T09:35:00Z"), at("2026-05-01T10:00:00Z"));
    let booked = [Booked { starts_at: busy.0, busy }];
    assert_eq!(starts(&utc, half_hours(), NO_LIMITS, &booked, "2026-05-01"), ["09:00", "10:00", "10:30"]);
    let buffered = Length { buffer_after: SignedDuration::from_mins(10), ..half_hours() };
    assert_eq!(starts(&utc, buffered, NO_LIMITS, &booked, "2026-05-01"), ["10:00", "10:30"]);
    let buffered = Length { buffer_before: SignedDuration::from_mins(5), ..half_hours() };
    assert_eq!(starts(&utc, buffered, NO_LIMITS, &booked, "2026-05-01"), ["09:00", "10:30"]);
    utc.time_off.push((at("2026-05-01T10:15:00Z"), at("2026-05-03T00:00:00Z")));
    assert_eq!(plain(&utc, "2026-05-01"), ["09:00", "09:30"]);
    utc.overrides.insert("2026-05-01".parse().expect("a date"), vec![Window { from: 480, until: 510 }]);
    assert_eq!(plain(&utc, "2026-05-01"), ["08:00"]);
    utc.overrides.insert("2026-05-01".parse().expect("a date"), Vec::new());
    assert_eq!(plain(&utc, "2026-05-01"), [] as [&str; 0]);
}

#[test]
fn notice_horizon_and_limits_hold() {
    let utc = daily("UTC", 540, 660);
    let notice = Limits { minimum_notice: SignedDuration::from_mins(9 * 60 + 1), ..NO_LIMITS };
    assert_eq!(starts(&utc, half_hours(), notice, &[], "2026-05-01"), ["09:30", "10:00", "10:30"]);
    let horizon = Limits { horizon: SignedDuration::from_hours(10), ..NO_LIMITS };
    assert_eq!(starts(&utc, half_hours(), horizon, &[], "2026-05-01"), ["09:00", "09:30"]);
    // 1 May 2026 is a Friday; the meeting of Thursday counts for the week and not for the day.
    let busy = (at("2026-04-30T09:00:00Z"), at("2026-04-30T09:30:00Z"));
    let booked = [Booked { starts_at: busy.0, busy }];
    let day = Limits { per_day: Some(1), ..NO_LIMITS };
    assert_eq!(starts(&utc, half_hours(), day, &booked, "2026-05-01").len(), 4);
    let week = Limits { per_week: Some(1), ..NO_LIMITS };
    assert_eq!(starts(&utc, half_hours(), week, &booked, "2026-05-01").len(), 0);
    assert_eq!(starts(&utc, half_hours(), week, &booked, "2026-05-04").len(), 4);
}

#[test]
fn hours_are_what_the_rules_leave_of_a_range() {
    let mut utc = daily("UTC", 9 * 60, 17 * 60);
    utc.time_off = vec![(at("2026-03-25T10:00:00Z"), at("2026-03-25T12:00:00Z"))];
    let shown = |from: &str, until: &str| {
        let found = hours(&utc, (at(from), at(until)));
        found.iter().map(|(start, end)| format!("{start} {end}")).collect::<Vec<_>>()
    };
    let day = ["2026-03-25T09:00:00Z 2026-03-25T10:00:00Z", "2026-03-25T12:00:00Z 2026-03-25T17:00:00Z"];
    assert_eq!(shown("2026-03-25T00:00:00Z", "2026-03-26T00:00:00Z"), day);
    assert_eq!(shown("2026-03-25T11:00:00Z", "2026-03-25T13:00:00Z"), ["2026-03-25T12:00:00Z 2026-03-25T13:00:00Z"]);
    assert_eq!(shown("2026-03-25T10:30:00Z", "2026-03-25T11:00:00Z"), Vec::<String>::new());
}
