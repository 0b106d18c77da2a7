//! Bookings as a calendar to subscribe to (RFC 5545). Pure.

use std::collections::HashMap;

use crate::booking::appointments::calendar::{folded, text, utc};
use crate::booking::appointments::model::{Appointment, AppointmentState, Party};
use crate::booking::appointments::store::Changes;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{SessionId, UserId};

/// 2020-01-01T00:00:00Z, from which changes of groups count in seconds.
const FIRST_CHANGE_MS: i64 = 1_577_836_800_000;
/// So many people of a group are named in its title.
const NAMED: usize = 2;

type Entry = (Appointment, Changes);

/// What is shown of an event.
struct Event<'a> {
    id: String,
    sequence: i64,
    last_at: Timestamp,
    booking: &'a Appointment,
    who: String,
    description: String,
    is_cancelled: bool,
}

/// Lines folded and ended as the RFC has it. The same as long as nothing changes. Each booking is an event, but to its
/// mentor a group session is one, whoever comes and goes.
pub(super) fn feed(site: &str, origin: &str, me: UserId, bookings: &[Entry]) -> String {
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
    let is_my_group = |booking: &Appointment| booking.seats > 1 && booking.party(me) == Party::Mentor;
    let mut groups: HashMap<SessionId, Vec<&Entry>> = HashMap::new();
    for entry in bookings.iter().filter(|(booking, _)| is_my_group(booking)) {
        groups.entry(entry.0.session).or_default().push(entry);
    }
    for entry in bookings {
        if !is_my_group(&entry.0) {
            lines.extend(event(origin, &of_booking(origin, entry)));
        } else if let Some(group) = groups.remove(&entry.0.session) {
            lines.extend(of_group(origin, &group).iter().flat_map(|found| event(origin, found)));
        }
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

fn of_booking<'a>(origin: &str, (booking, changes): &'a Entry) -> Event<'a> {
    Event {
        id: booking.id.to_string(),
        sequence: changes.sequence,
        last_at: changes.last_at,
        booking,
        who: format!("{} and {}", booking.mentor.display_name, booking.mentee.display_name),
        description: page(origin, booking),
        is_cancelled: booking.state == AppointmentState::Cancelled,
    }
}

/// None of none. It is cancelled when everyone's booking is, and then tells who was the last.
fn of_group<'a>(origin: &str, group: &[&'a Entry]) -> Option<Event<'a>> {
    let last_at = group.iter().map(|(_, changes)| changes.last_at).max()?;
    let mut there: Vec<_> = group.iter().filter(|(one, _)| one.state != AppointmentState::Cancelled).collect();
    let is_cancelled = there.is_empty();
    if is_cancelled {
        there.extend(group.iter().max_by_key(|(_, changes)| changes.last_at));
    }
    let booking = &there.first()?.0;
    let names: Vec<_> = there.iter().map(|(one, _)| one.mentee.display_name.as_str()).collect();
    Some(Event {
        id: booking.session.to_string(),
        // A count of changes would shrink when somebody moves to another session with theirs.
        sequence: ((last_at.0 - FIRST_CHANGE_MS) / 1_000).max(0),
        last_at,
        booking,
        who: company(&names),
        description: format!("{}\n{}", names.join("\n"), page(origin, booking)),
        is_cancelled,
    })
}

/// "Bo", "Bo and Eve", "Bo, Eve and 3 others".
fn company(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        _ => {
            let others = names.len() - NAMED;
            let more = if others == 1 { "one other".to_owned() } else { format!("{others} others") };
            format!("{} and {more}", names[..NAMED].join(", "))
        }
    }
}

fn page(origin: &str, booking: &Appointment) -> String {
    format!("{origin}/bookings/{}", booking.id)
}

fn event(origin: &str, event: &Event<'_>) -> Vec<String> {
    let Event { id, sequence, last_at, booking, who, description, is_cancelled } = event;
    vec![
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{id}@facementor"),
        format!("SEQUENCE:{sequence}"),
        format!("DTSTAMP:{}", utc(*last_at)),
        format!("DTSTART:{}", utc(booking.starts_at)),
        format!("DTEND:{}", utc(booking.ends_at)),
        format!("SUMMARY:{}", text(&format!("{}: {who}", booking.title))),
        format!("DESCRIPTION:{}", text(description)),
        format!("URL:{}", page(origin, booking)),
        format!("STATUS:{}", if *is_cancelled { "CANCELLED" } else { "CONFIRMED" }),
        "END:VEVENT".to_owned(),
    ]
}
