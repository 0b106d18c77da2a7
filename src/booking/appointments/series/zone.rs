//! A zone as iCalendar has it (VTIMEZONE, RFC 5545 §3.6.5): each change of its clock in a range, one by one. Pure.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// Lines that say how the zone's clock goes in `from..until`.
pub(in crate::booking::appointments) fn lines(
    name: &str,
    zone: &TimeZone,
    (from, until): (Timestamp, Timestamp),
) -> Vec<String> {
    let mut lines = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{name}")];
    let after = from.saturating_add(SignedDuration::from_secs(1)).unwrap_or(from);
    let mut before = zone.to_offset(from);
    match zone.preceding(after).next() {
        Some(change) => {
            let earlier = change.timestamp().saturating_sub(SignedDuration::from_secs(1)).unwrap_or(change.timestamp());
            let onset = Onset { at: change.timestamp(), was: zone.to_offset(earlier), is: change.offset() };
            lines.extend(onset.lines(change.dst().is_dst(), change.abbreviation()));
        }
        None => {
            let info = zone.to_offset_info(from);
            let onset = Onset { at: Timestamp::UNIX_EPOCH, was: before, is: before };
            lines.extend(onset.lines(info.dst().is_dst(), info.abbreviation()));
        }
    }
    for change in zone.following(from).take_while(|change| change.timestamp() < until) {
        let onset = Onset { at: change.timestamp(), was: before, is: change.offset() };
        lines.extend(onset.lines(change.dst().is_dst(), change.abbreviation()));
        before = change.offset();
    }
    lines.push("END:VTIMEZONE".to_owned());
    lines
}

/// A change of the clock.
struct Onset {
    at: Timestamp,
    was: Offset,
    is: Offset,
}

impl Onset {
    fn lines(&self, is_dst: bool, name: &str) -> [String; 6] {
        let kind = if is_dst { "DAYLIGHT" } else { "STANDARD" };
        [
            format!("BEGIN:{kind}"),
            // By the clock that was.
            format!("DTSTART:{}", self.was.to_datetime(self.at).strftime("%Y%m%dT%H%M%S")),
            format!("TZOFFSETFROM:{}", offset(self.was)),
            format!("TZOFFSETTO:{}", offset(self.is)),
            format!("TZNAME:{name}"),
            format!("END:{kind}"),
        ]
    }
}

/// `+0530`, with seconds where a zone has some.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, left) = if seconds < 0 { ('-', seconds.unsigned_abs()) } else { ('+', seconds.unsigned_abs()) };
    let text = format!("{sign}{:02}{:02}", left / 3_600, left / 60 % 60);
    if left % 60 == 0 { text } else { format!("{text}{:02}", left % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str, from: &str, until: &str) -> Vec<String> {
        let found = jiff::tz::TimeZoneDatabase::bundled().get(name).expect("a zone");
        lines(name, &found, (from.parse().expect("a time"), until.parse().expect("a time")))
    }

    #[test]
    fn every_change_of_the_clock_is_named() {
        let madrid = zone("Europe/Madrid", "2026-10-19T08:00:00Z", "2026-11-02T09:00:00Z").join(" ");
        let expected = "BEGIN:VTIMEZONE TZID:Europe/Madrid \
            BEGIN:DAYLIGHT DTSTART:20260329T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0200 TZNAME:CEST END:DAYLIGHT \
            BEGIN:STANDARD DTSTART:20261025T030000 TZOFFSETFROM:+0200 TZOFFSETTO:+0100 TZNAME:CET END:STANDARD \
            END:VTIMEZONE";
        assert_eq!(madrid, expected);
    }

    #[test]
    fn a_clock_that_never_changes_has_a_beginning() {
        let utc = zone("UTC", "2026-10-19T08:00:00Z", "2026-11-02T09:00:00Z").join(" ");
        assert!(utc.contains("DTSTART:19700101T000000 TZOFFSETFROM:+0000 TZOFFSETTO:+0000 TZNAME:UTC"), "{utc}");
        assert!(
            zone("Asia/Kolkata", "2026-10-19T08:00:00Z", "2026-11-02T09:00:00Z").join(" ").contains("TZOFFSETTO:+0530")
        );
    }
}
