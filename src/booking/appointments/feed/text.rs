//! Bookings as a calendar to subscribe to (RFC 5545). Pure.

use std::collections::HashMap;

use crate::booking::appointments::calendar::{self, Shown, Surroundings, folded, text};
use crate::booking::appointments::model::{Appointment, AppointmentState, Party};
use crate::booking::appointments::store::Changes;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{SessionId, UserId};

type Entry = (Appointment, Changes);

/// Lines folded and ended as the RFC has it. The same as long as nothing changes. Each booking is an event, but to its
/// mentor a group session is one.
pub(super) fn feed(site: &str, origin: &str, me: UserId, bookings: &[Entry]) -> String {
    let name = text(site);
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        format!("PRODID:-//{}//FaceMentor//EN", name.replace("//", "/")),
        "METHOD:PUBLISH".to_owned(),
        format!("X-WR-CALNAME:{name}"),
        // How often it is worth asking (RFC 7986 §5.7), and what programs before it read.
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M".to_owned(),
        "X-PUBLISHED-TTL:PT15M".to_owned(),
    ];
    let is_my_group = |booking: &Appointment| booking.seats > 1 && booking.party(me) == Party::Mentor;
    let mut groups: HashMap<SessionId, Vec<&Entry>> = HashMap::new();
    for entry in bookings.iter().filter(|(booking, _)| is_my_group(booking)) {
        groups.entry(entry.0.session).or_default().push(entry);
    }
    for entry in bookings {
        if !is_my_group(&entry.0) {
            let (booking, Changes { sequence, last_at }) = entry;
            lines.extend(event(site, origin, booking, *last_at, &Shown::booking(booking, *sequence)));
        } else if let Some(group) = groups.remove(&entry.0.session) {
            lines.extend(group_event(site, origin, &group));
        }
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

/// Nothing of none. Its time and page are those of a booking that goes on, or, when all are cancelled, of the last: who left
/// before the session moved has the old time.
fn group_event(site: &str, origin: &str, group: &[&Entry]) -> Vec<String> {
    let Some((last, changes)) = group.iter().copied().max_by_key(|(_, changes)| changes.last_at) else {
        return Vec::new();
    };
    let there = || group.iter().map(|(one, _)| one).filter(|one| one.state != AppointmentState::Cancelled);
    let names: Vec<_> = there().map(|one| one.mentee.display_name.as_str()).collect();
    let shown = Shown::group(last.session, &last.title, &names, changes.last_at);
    event(site, origin, there().next().unwrap_or(last), changes.last_at, &shown)
}

fn event(site: &str, origin: &str, booking: &Appointment, last_at: Timestamp, shown: &Shown) -> Vec<String> {
    let url = format!("{origin}/bookings/{}", booking.id);
    let around = Surroundings { site, url: &url, now: last_at, parties: None };
    calendar::event(shown, calendar::span(booking.starts_at, booking.ends_at), &around)
}
