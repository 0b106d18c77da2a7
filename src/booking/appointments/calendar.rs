//! A booking as an iCalendar object (RFC 5545), as an invitation or its withdrawal (RFC 5546). Pure.

use super::model::{Appointment, AppointmentState};
use crate::kernel::clock::Timestamp;

/// Octets of a line, its end not counted (RFC 5545 §3.1).
const LINE: usize = 75;

/// What a calendar is to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Shown to whoever has it.
    Publish,
    /// The event is so from now on.
    Request,
    Cancel,
}

impl Method {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// What surrounds the booking in its calendar object.
pub(super) struct Surroundings<'a> {
    /// Name of the installation.
    pub(super) site: &'a str,
    /// Where the booking's page is.
    pub(super) url: &'a str,
    /// How often the booking has changed.
    pub(super) sequence: usize,
    pub(super) now: Timestamp,
    /// For invitations: who sends it, and to whom (e-mail addresses).
    pub(super) parties: Option<(&'a str, &'a str)>,
}

/// The object's text, lines folded and ended as the RFC has it.
pub(super) fn object(booking: &Appointment, method: Method, around: &Surroundings<'_>) -> String {
    let cancelled = booking.state == AppointmentState::Cancelled;
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        format!("PRODID:-//{}//FaceMentor//EN", text(around.site).replace("//", "/")),
        format!("METHOD:{}", method.as_str()),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@facementor", booking.id),
        format!("SEQUENCE:{}", around.sequence),
        format!("DTSTAMP:{}", utc(around.now)),
        format!("DTSTART:{}", utc(booking.starts_at)),
        format!("DTEND:{}", utc(booking.ends_at)),
        format!(
            "SUMMARY:{}",
            text(&format!("{}: {} and {}", booking.title, booking.mentor.display_name, booking.mentee.display_name))
        ),
        format!("DESCRIPTION:{}", text(around.url)),
        format!("URL:{}", around.url),
        format!("STATUS:{}", if cancelled { "CANCELLED" } else { "CONFIRMED" }),
    ];
    if let Some((organizer, attendee)) = around.parties {
        lines.push(format!("ORGANIZER:mailto:{organizer}"));
        lines.push(format!("ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{attendee}"));
    }
    lines.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
    lines.iter().map(|line| folded(line)).collect()
}

/// `20261124T140000Z`.
pub(super) fn utc(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A TEXT value (§3.3.11).
pub(super) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// In pieces of at most [`LINE`] octets, each after the first begun with a space; no character is cut.
pub(super) fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut used = 0;
    for c in line.chars() {
        if used + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::booking::model::{JoinCode, Person, SessionState};
    use crate::kernel::ids::{BookingId, OfferingId, SessionId, UserId};

    fn booking() -> Appointment {
        let id = uuid::Uuid::from_u128;
        let person = |number, name: &str| Person { id: UserId(id(number)), display_name: name.to_owned() };
        Appointment {
            id: BookingId(id(1)),
            session: SessionId(id(2)),
            offering: OfferingId(id(3)),
            title: "Rust; and, \\ more\r\nDTSTART:19700101T000000Z".to_owned(),
            state: AppointmentState::Confirmed,
            starts_at: Timestamp(1_764_000_000_000),
            ends_at: Timestamp(1_764_001_800_000),
            price_minor: 0,
            currency: "EUR".to_owned(),
            seats: 1,
            mentor: person(4, "Ada"),
            mentor_slug: None,
            mentee: person(5, &"Zoë".repeat(30)),
            answers: Vec::new(),
            room: SessionState::Open,
            join_code: JoinCode("abc".to_owned()),
            cancellation_notice: Duration::ZERO,
        }
    }

    fn around<'a>() -> Surroundings<'a> {
        let parties = Some(("noreply@meet.example", "bo@example.test"));
        Surroundings { site: "Meet", url: "https://meet.example/bookings/1", sequence: 2, now: Timestamp(0), parties }
    }

    #[test]
    fn what_people_typed_adds_no_line_and_no_line_is_too_long() {
        let object = object(&booking(), Method::Request, &around());
        assert!(object.ends_with("END:VCALENDAR\r\n") && !object.replace("\r\n", "").contains(['\r', '\n']));
        assert!(object.split("\r\n").all(|line| line.len() <= LINE), "{object}");
        let unfolded = object.replace("\r\n ", "");
        assert_eq!(unfolded.matches("\r\nDTSTART:").count(), 1);
        assert!(
            unfolded.contains("SUMMARY:Rust\\; and\\, \\\\ more\\nDTSTART:19700101T000000Z: Ada and Zoë"),
            "{unfolded}"
        );
        assert!(unfolded.contains("\r\nDTSTART:20251124T160000Z\r\nDTEND:20251124T163000Z\r\n"), "{unfolded}");
        assert!(unfolded.contains("\r\nSEQUENCE:2\r\n") && unfolded.contains("\r\nMETHOD:REQUEST\r\n"));
        assert!(unfolded.contains("\r\nORGANIZER:mailto:noreply@meet.example\r\n"));
    }

    #[test]
    fn a_cancelled_one_says_so_and_a_published_one_names_nobodys_address() {
        let cancelled = Appointment { state: AppointmentState::Cancelled, ..booking() };
        let withdrawn = object(&cancelled, Method::Cancel, &around());
        assert!(withdrawn.contains("METHOD:CANCEL\r\n") && withdrawn.contains("STATUS:CANCELLED\r\n"));
        let published = object(&booking(), Method::Publish, &Surroundings { parties: None, ..around() });
        assert!(!published.contains("mailto:"), "{published}");
    }
}
