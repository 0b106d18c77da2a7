//! Whole calendars, as the large publishers write them.

use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;

use super::*;

/// Busy times of a calendar with these events, read by somebody in Paris, in November 2026 and a year on.
fn read(events: &str, kind: Kind) -> Busy {
    read_whole(&format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n"), kind).expect("a calendar")
}

fn read_whole(calendar: &str, kind: Kind) -> Result<Busy, CalendarError> {
    let zone = TimeZoneDatabase::bundled().get("Europe/Paris").expect("a zone");
    let range = (at("2026-11-01T00:00:00Z"), at("2027-12-01T00:00:00Z"));
    busy(calendar.as_bytes(), &Reading { zone, range, kind, is_ours: &|uid| uid.ends_with("@ours") })
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\r\nUID:1\r\n{}\r\nEND:VEVENT\r\n", lines.replace('|', "\r\n"))
}

#[track_caller]
fn check(events: &str, expected: &[(&str, &str)]) {
    let found = read(events, Kind::Own);
    let expected: Vec<_> = expected.iter().map(|(from, until)| (at(from), at(until))).collect();
    assert_eq!(found.times, expected, "{events}");
    assert_eq!(found.left_out, 0, "{events}");
}

#[test]
fn single_events() {
    for (lines, expected) in [
        ("DTSTART:20261128T090000Z|DTEND:20261128T100000Z", Some(("2026-11-28T09:00:00Z", "2026-11-28T10:00:00Z"))),
        ("DTSTART:20261128T090000|DURATION:PT90M", Some(("2026-11-28T08:00:00Z", "2026-11-28T09:30:00Z"))),
        (
            "DTSTART;TZID=America/New_York:20261128T090000|DTEND;TZID=Europe/Paris:20261128T160000",
            Some(("2026-11-28T14:00:00Z", "2026-11-28T15:00:00Z")),
        ),
        (
            "DTSTART;TZID=/x.org/1/Asia/Kathmandu:20261128T090000|DURATION:PT1H",
            Some(("2026-11-28T03:15:00Z", "2026-11-28T04:15:00Z")),
        ),
        ("DTSTART;VALUE=DATE:20261128", Some(("2026-11-27T23:00:00Z", "2026-11-28T23:00:00Z"))),
        (
            "DTSTART;VALUE=DATE:20261128|DTEND;VALUE=DATE:20261128",
            Some(("2026-11-27T23:00:00Z", "2026-11-28T23:00:00Z")),
        ),
        (
            "DTSTART;VALUE=DATE:20270327|DTEND;VALUE=DATE:20270329",
            Some(("2027-03-26T23:00:00Z", "2027-03-28T22:00:00Z")),
        ),
        // Clocks go forward inside: a nominal day is 23 hours long, an exact one is not.
        (
            "DTSTART;TZID=Europe/Paris:20270327T120000|DURATION:P1D",
            Some(("2027-03-27T11:00:00Z", "2027-03-28T10:00:00Z")),
        ),
        (
            "DTSTART;TZID=Europe/Paris:20270327T120000|DURATION:PT24H",
            Some(("2027-03-27T11:00:00Z", "2027-03-28T11:00:00Z")),
        ),
        // Skipped: read with the offset before (§3.3.5). Twice: the first.
        (
            "DTSTART;TZID=Europe/Paris:20270328T023000|DURATION:PT1H",
            Some(("2027-03-28T01:30:00Z", "2027-03-28T02:30:00Z")),
        ),
        (
            "DTSTART;TZID=Europe/Paris:20271031T023000|DURATION:PT1H",
            Some(("2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z")),
        ),
        ("DTSTART:20260101T000000Z|DTEND:20261102T000000Z", Some(("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"))),
        ("DTSTART:20261128T090000Z|DTEND:20261128T100000Z|TRANSP:TRANSPARENT", None),
        ("DTSTART:20261128T090000Z|DTEND:20261128T100000Z|STATUS:CANCELLED", None),
        ("DTSTART:20261128T090000Z|DTEND:20261128T100000Z|UID:2@ours", None),
        ("DTSTART:20261128T090000Z", None),
        ("DTSTART:20200101T090000Z|DTEND:20200101T100000Z", None),
    ] {
        check(&event(lines), expected.as_slice());
    }
}

#[test]
fn what_nobody_can_tell_the_time_of_is_counted() {
    for lines in [
        "SUMMARY:no start",
        "DTSTART:nonsense",
        "DTSTART:20261128T100000Z|DTEND:20261128T090000Z",
        "DTSTART:20261128T100000Z|DURATION:-PT1H",
        "DTSTART:20261128T100000Z|DTEND:20261128T110000Z|RRULE:FREQ=SECONDLY",
        "DTSTART:20261128T100000Z|DTEND:20261128T110000Z|RRULE:RSCALE=HEBREW;FREQ=YEARLY",
        "DTSTART:20261128T100000Z|DTEND:99991231T110000Z",
    ] {
        let found = read(&event(lines), Kind::Own);
        assert_eq!((found.events, found.left_out, found.times.len()), (1, 1, 0), "{lines}");
    }
    // Free is free, whatever its rule.
    assert_eq!(read(&event("DTSTART:x|TRANSP:TRANSPARENT"), Kind::Own).left_out, 0);
}

#[test]
fn a_series_with_exceptions_moves_and_additions() {
    let series = "DTSTART;TZID=Europe/Paris:20261102T090000|DTEND;TZID=Europe/Paris:20261102T093000|\
                  RRULE:FREQ=WEEKLY;COUNT=5|EXDATE;TZID=Europe/Paris:20261109T090000|RDATE:20261201T120000Z";
    // Instances: 2 and 30 November stay, the 9th is taken out, the 16th moves, the 23rd is cancelled.
    let moved = "RECURRENCE-ID;TZID=Europe/Paris:20261116T090000|DTSTART:20261117T150000Z|DTEND:20261117T160000Z";
    let cancelled = "RECURRENCE-ID:20261123T080000Z|DTSTART:20261123T080000Z|DTEND:20261123T083000Z|STATUS:CANCELLED";
    let expected = [
        ("2026-11-02T08:00:00Z", "2026-11-02T08:30:00Z"),
        ("2026-11-17T15:00:00Z", "2026-11-17T16:00:00Z"),
        ("2026-11-30T08:00:00Z", "2026-11-30T08:30:00Z"),
        ("2026-12-01T12:00:00Z", "2026-12-01T12:30:00Z"),
    ];
    let events = [event(moved), event(series), event(cancelled)];
    check(&events.concat(), &expected);
    check(&[event(series), event(cancelled), event(moved)].concat(), &expected);
}

#[test]
fn this_and_all_later_instances_move_together() {
    let series = "DTSTART:20261102T090000Z|DTEND:20261102T100000Z|RRULE:FREQ=WEEKLY;COUNT=4";
    let later = "RECURRENCE-ID;RANGE=THISANDFUTURE:20261116T090000Z|DTSTART:20261116T110000Z|DTEND:20261116T113000Z";
    check(
        &[event(series), event(later)].concat(),
        &[
            ("2026-11-02T09:00:00Z", "2026-11-02T10:00:00Z"),
            ("2026-11-09T09:00:00Z", "2026-11-09T10:00:00Z"),
            ("2026-11-16T11:00:00Z", "2026-11-16T11:30:00Z"),
            ("2026-11-23T11:00:00Z", "2026-11-23T11:30:00Z"),
        ],
    );
}

#[test]
fn a_series_keeps_its_time_on_the_clock() {
    check(
        &event("DTSTART;TZID=Europe/Paris:20200101T090000|DURATION:PT1H|RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SA,-1SU"),
        &[("2027-03-27T08:00:00Z", "2027-03-27T09:00:00Z"), ("2027-03-28T07:00:00Z", "2027-03-28T08:00:00Z")],
    );
    check(
        &event("DTSTART;VALUE=DATE:20201224|DTEND;VALUE=DATE:20201226|RRULE:FREQ=YEARLY|EXDATE;VALUE=DATE:20271224"),
        &[("2026-12-23T23:00:00Z", "2026-12-25T23:00:00Z")],
    );
    check(
        &event("DTSTART;TZID=Europe/Paris:20261102T090000|DURATION:PT1H|RRULE:FREQ=DAILY;UNTIL=20261103T080000Z"),
        &[("2026-11-02T08:00:00Z", "2026-11-02T09:00:00Z"), ("2026-11-03T08:00:00Z", "2026-11-03T09:00:00Z")],
    );
}

/// Outlook's names are in no database: the calendar says what they mean.
#[test]
fn zones_are_as_the_calendar_defines_them() {
    let zone = "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\n\
                TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\n\
                END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\n\
                TZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\n\
                END:VTIMEZONE\r\n";
    let theirs = "TZID=W. Europe Standard Time";
    let ours = "TZID=Europe/Berlin";
    for hour in 0..24 {
        for day in ["20261128", "20270327", "20270328", "20270329", "20271030", "20271031", "20271101"] {
            let by = |tzid: &str| event(&format!("DTSTART;{tzid}:{day}T{hour:02}3000|DURATION:PT20M"));
            assert_eq!(read(&[zone, &by(theirs)].concat(), Kind::Own), read(&by(ours), Kind::Own), "{day} {hour}");
        }
    }
    let weekly = |tzid: &str| event(&format!("DTSTART;{tzid}:20200105T023000|DURATION:PT30M|RRULE:FREQ=WEEKLY"));
    assert_eq!(read(&[zone, &weekly(theirs)].concat(), Kind::Own), read(&weekly(ours), Kind::Own));
    // A name that means nothing: the owner's own clock.
    check(
        &event("DTSTART;TZID=Customized Time Zone:20261128T090000|DURATION:PT1H"),
        &[("2026-11-28T08:00:00Z", "2026-11-28T09:00:00Z")],
    );
}

#[test]
fn holidays_count_though_they_are_marked_as_free() {
    let christmas = event("DTSTART;VALUE=DATE:20261225|DTEND;VALUE=DATE:20261226|TRANSP:TRANSPARENT");
    let parade = event("DTSTART:20261128T090000Z|DURATION:PT1H|TRANSP:TRANSPARENT");
    let both = [christmas, parade].concat();
    assert_eq!(read(&both, Kind::Own).times, []);
    assert_eq!(read(&both, Kind::Holidays).times, [(at("2026-12-24T23:00:00Z"), at("2026-12-25T23:00:00Z"))]);
}

#[test]
fn free_busy_and_a_zone_of_the_whole_calendar() {
    check(
        "BEGIN:VFREEBUSY\r\nFREEBUSY;FBTYPE=BUSY:20261128T090000Z/PT1H,20261129T090000Z/20261129T100000Z\r\n\
         FREEBUSY;FBTYPE=FREE:20261130T090000Z/PT1H\r\nEND:VFREEBUSY\r\n",
        &[("2026-11-28T09:00:00Z", "2026-11-28T10:00:00Z"), ("2026-11-29T09:00:00Z", "2026-11-29T10:00:00Z")],
    );
    check(
        &["X-WR-TIMEZONE:America/New_York\r\n", &event("DTSTART:20261128T090000|DURATION:PT1H")].concat(),
        &[("2026-11-28T14:00:00Z", "2026-11-28T15:00:00Z")],
    );
}

#[test]
fn what_is_no_calendar_or_half_of_one_is_refused() {
    for (text, expected) in [
        ("", CalendarError::NotCalendar),
        ("<!doctype html><title>Sign in: please</title>", CalendarError::NotCalendar),
        ("BEGIN:VCARD\r\nEND:VCARD\r\n", CalendarError::NotCalendar),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n", CalendarError::Truncated),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n", CalendarError::Truncated),
    ] {
        assert_eq!(read_whole(text, Kind::Own), Err(expected), "{text}");
    }
    assert_eq!(read_whole(&"\n".repeat(MAX_BYTES + 1), Kind::Own), Err(CalendarError::TooLarge));
    let events = "BEGIN:VEVENT\nEND:VEVENT\n".repeat(MAX_EVENTS + 1);
    assert_eq!(read_whole(&format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR"), Kind::Own), Err(CalendarError::TooLarge));
    // Components of other kinds, alarms among them, do not get in the way.
    check(
        "BEGIN:VTODO\r\nDTSTART:20261128T090000Z\r\nEND:VTODO\r\nBEGIN:VEVENT\r\nDTSTART:20261128T090000Z\r\n\
         BEGIN:VALARM\r\nDURATION:PT5H\r\nEND:VALARM\r\nDURATION:PT1H\r\nEND:VEVENT\r\n",
        &[("2026-11-28T09:00:00Z", "2026-11-28T10:00:00Z")],
    );
}

/// Ten thousand weekly events in a zone of the calendar's own, each with exceptions: the work is bounded by counting, not
/// by the clock, and everything still fits.
#[test]
fn a_calendar_of_ten_thousand_series_is_read_whole() {
    use std::fmt::Write as _;
    let mut events = String::new();
    for number in 0..10_000 {
        let (hour, minute) = (number % 24, number / 24 % 60);
        let _ = write!(
            events,
            "BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;TZID=America/New_York:2010{:02}{:02}T{hour:02}{minute:02}00\r\n\
             DURATION:PT5M\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH\r\nEXDATE;TZID=America/New_York:20261130T{hour:02}{minute:02}00\r\n\
             DESCRIPTION:{}\r\nEND:VEVENT\r\n",
            number % 12 + 1,
            number % 28 + 1,
            "x".repeat(600),
        );
    }
    let found = read(&events, Kind::Own);
    assert_eq!((found.events, found.left_out), (10_000, 0));
    assert!(found.times.len() > 100, "{}", found.times.len());
    // Every rule there is, none of which may be finished.
    let evil = event("DTSTART:19700101T000000Z|DURATION:PT1S|RRULE:FREQ=SECONDLY;COUNT=4000000000").repeat(10_000);
    let found = read(&evil, Kind::Own);
    assert_eq!((found.left_out, found.times.len()), (10_000, 0));
}
