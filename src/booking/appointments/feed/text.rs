//! Bookings as a calendar to subscribe to (RFC 5545). Pure.

use crate::booking::appointments::calendar::{folded, text, utc};
use crate::booking::appointments::model::{Appointment, AppointmentState};
use crate::booking::appointments::store::Changes;

/// Lines folded and ended as the RFC has it. The same as long as nothing changes.
pub(super) fn feed(site: &str, origin: &str, bookings: &[(Appointment, Changes)]) -> String {
    let site = text(site);
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        format!("PRODID:-//{}//FaceMentor//EN", site.replace("//", "/")),
        "METHOD:PUBLISH".to_owned(),
        format!("X-WR-CALNAME:{site}"),
        // How often it is worth asking (RFC 7986 §5.7), and what programs before it read.
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M".to_owned(),
        "X-PUBLISHED-TTL:PT15M".to_owned(),
    ];
    lines.extend(bookings.iter().flat_map(|(booking, changes)| event(origin, booking, changes)));
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

fn event(origin: &str, booking: &Appointment, changes: &Changes) -> Vec<String> {
    let summary = format!("{}: {} and {}", booking.title, booking.mentor.display_name, booking.mentee.display_name);
    let url = format!("{origin}/bookings/{}", booking.id);
    let status = if booking.state == AppointmentState::Cancelled { "CANCELLED" } else { "CONFIRMED" };
    vec![
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@facementor", booking.id),
        format!("SEQUENCE:{}", changes.sequence),
        format!("DTSTAMP:{}", utc(changes.last_at)),
        format!("DTSTART:{}", utc(booking.starts_at)),
        format!("DTEND:{}", utc(booking.ends_at)),
        format!("SUMMARY:{}", text(&summary)),
        format!("DESCRIPTION:{}", text(&url)),
        format!("URL:{url}"),
        format!("STATUS:{status}"),
        "END:VEVENT".to_owned(),
    ]
}
