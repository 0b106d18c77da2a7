//! Letters about bookings: what happened, with an invitation for the calendar.

mod group;

use super::calendar::{self, Method, Surroundings};
use super::model::{Actor, Appointment, AppointmentState, HistoryLine, Party, What};
use super::proposals;
use super::series;
use super::store::{self, Recipient};
use super::waitlist::{self, Waited};
use crate::booking::events::{BookingChanged, GroupEmptied, SeriesChanged, SeriesStep, WaitMoved, WaitOver};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::WaitId;
use crate::kernel::mail::{Action, Invitation, Letter, Mailer};
use crate::kernel::outbox::{Event, Fact, Handler, HandlerError};

const KINDS: &[&str] =
    &[BookingChanged::KIND, GroupEmptied::KIND, SeriesChanged::KIND, WaitOver::KIND, WaitMoved::KIND];

/// Heard twice it is the same letter, with the same Message-ID.
pub(in crate::booking) fn letters(kernel: &Kernel, mailer: &Mailer) -> Handler {
    let (kernel, mailer) = (kernel.clone(), mailer.clone());
    let work = move |event| {
        let (kernel, mailer) = (kernel.clone(), mailer.clone());
        async move { write(&kernel, &mailer, event).await }
    };
    Handler::new("booking.letters", KINDS, work).talks_to_others()
}

async fn write(kernel: &Kernel, mailer: &Mailer, event: Event) -> Result<(), HandlerError> {
    if let Some(changed) = event.read::<SeriesChanged>()? {
        return write_of_series(kernel, mailer, &event, &changed).await;
    }
    if let Some(emptied) = event.read()? {
        return group::write_emptied(kernel, mailer, &event, &emptied).await;
    }
    if let Some(WaitOver { wait }) = event.read()? {
        return write_of_wait(kernel, mailer, &event, wait, wait_over_letter).await;
    }
    if let Some(WaitMoved { wait }) = event.read()? {
        return write_of_wait(kernel, mailer, &event, wait, wait_moved_letter).await;
    }
    let Some(changed) = event.read::<BookingChanged>()? else { return Ok(()) };
    let mut conn = kernel.db.read().await?;
    let Some((booking, recipient)) = store::addressed(&mut conn, changed.booking, changed.to).await? else {
        return Ok(());
    };
    let history = store::history(&mut conn, changed.booking).await?;
    let proposal = proposals::open_proposal(&mut conn, changed.booking).await?;
    drop(conn);
    // What has happened since has letters of its own.
    let Some(line) = history.get(changed.sequence) else { return Ok(()) };
    let url = format!("{}/bookings/{}", changed.origin, booking.id);
    if line.what == What::Offered && booking.state != AppointmentState::Held {
        return Ok(());
    }
    let times = match (line.what, proposal) {
        // Answered since.
        (What::Proposed, None) => return Ok(()),
        (What::Proposed, Some(proposal)) => proposal.times.into_iter().map(|(time, _)| time).collect(),
        _ => Vec::new(),
    };
    if changed.to == Party::Mentor && booking.seats > 1 && is_for_calendars(line.what) {
        return group::write(kernel, mailer, &event, (&booking, line), &recipient, &url).await;
    }
    let letter = letter(&kernel.config.name, &booking, &recipient, changed.to, line, &times, &url);
    if !is_for_calendars(line.what) {
        return mailer.deliver(event.id, &recipient.email, &letter).await;
    }
    let method = if line.what == What::Cancelled { Method::Cancel } else { Method::Request };
    let around = Surroundings {
        site: &kernel.config.name,
        url: &url,
        now: event.occurred_at,
        parties: Some((mailer.address(), &recipient.email)),
    };
    let sequence = calendar::sequence(history.get(..=changed.sequence).unwrap_or(&history));
    let object = calendar::object(&booking, sequence, method, &around);
    let invitation = Invitation { method: method.as_str(), object };
    mailer.deliver_invitation(event.id, &recipient.email, &letter, &invitation).await
}

async fn write_of_wait(
    kernel: &Kernel,
    mailer: &Mailer,
    event: &Event,
    wait: WaitId,
    letter: impl Fn(&str, &Waited) -> Letter,
) -> Result<(), HandlerError> {
    let Some(waited) = waitlist::waited(&mut *kernel.db.read().await?, wait).await? else { return Ok(()) };
    mailer.deliver(event.id, &waited.who.email, &letter(&kernel.config.name, &waited)).await
}

async fn write_of_series(
    kernel: &Kernel,
    mailer: &Mailer,
    event: &Event,
    changed: &SeriesChanged,
) -> Result<(), HandlerError> {
    let mut conn = kernel.db.read().await?;
    let Some(series) = series::series(&mut conn, changed.series).await? else { return Ok(()) };
    let all = series::appointments_of(&mut conn, changed.series).await?;
    let mut these = Vec::new();
    for booking in all.into_iter().filter(|booking| changed.bookings.contains(&booking.id)) {
        let count = calendar::sequence(&store::history(&mut conn, booking.id).await?);
        these.push((booking, count));
    }
    let Some((first, _)) = these.first() else { return Ok(()) };
    let Some(recipient) = store::recipient(&mut conn, first, changed.to).await? else { return Ok(()) };
    drop(conn);
    let url = format!("{}/bookings/{}", changed.origin, first.id);
    let letter = series_letter(&kernel.config.name, &these, &recipient, changed, &url);
    let method = match changed.step {
        SeriesStep::Booked => Method::Request,
        SeriesStep::Cancelled => Method::Cancel,
    };
    let around = Surroundings {
        site: &kernel.config.name,
        url: &url,
        now: event.occurred_at,
        parties: Some((mailer.address(), &recipient.email)),
    };
    let object = calendar::series_object(&series, &these, method, &around);
    let invitation = Invitation { method: method.as_str(), object };
    mailer.deliver_invitation(event.id, &recipient.email, &letter, &invitation).await
}

/// Pure. About the same step of several bookings.
fn series_letter(
    site: &str,
    bookings: &[(Appointment, usize)],
    recipient: &Recipient,
    changed: &SeriesChanged,
    url: &str,
) -> Letter {
    let first = bookings.first().map(|(first, _)| first);
    let title = first.map_or("", |booking| booking.title.as_str());
    let other = first.map_or("", |booking| match changed.to {
        Party::Mentor => booking.mentee.display_name.as_str(),
        Party::Mentee => booking.mentor.display_name.as_str(),
    });
    let count = bookings.len();
    let by_you = changed.by == changed.to;
    let (subject, happened) = match changed.step {
        SeriesStep::Booked if by_you => ("Booked", format!("your {count} sessions with {other} are booked.")),
        SeriesStep::Booked => ("Booked", format!("{other} booked {count} sessions with you.")),
        SeriesStep::Cancelled if by_you => ("Cancelled", format!("you cancelled {count} sessions with {other}.")),
        SeriesStep::Cancelled => ("Cancelled", format!("{other} cancelled {count} of your sessions.")),
    };
    let zone = recipient.time_zone.as_deref();
    let times: Vec<_> = bookings.iter().map(|(booking, _)| when(booking.starts_at, zone)).collect();
    let mut paragraphs = vec![greeting(recipient), happened, format!("{title}\n{}", times.join("\n"))];
    if !changed.reason.is_empty() {
        paragraphs.push(changed.reason.clone());
    }
    Letter {
        subject: format!("{subject}: {title}"),
        paragraphs,
        action: Some(Action { label: "See the bookings".to_owned(), url: url.to_owned() }),
        closing: vec![format!("{site} sends this because you have a session there.")],
    }
}

/// Pure. To who was in line for a session that does not take place.
fn wait_over_letter(site: &str, waited: &Waited) -> Letter {
    let Waited { title, starts_at, mentor_name, mentor_slug, origin, who } = waited;
    let page = mentor_slug.as_ref().map_or_else(|| "/mentors".to_owned(), |slug| format!("/mentors/{slug}"));
    Letter {
        subject: format!("Cancelled: {title}"),
        paragraphs: vec![
            greeting(who),
            format!("{mentor_name} cancelled the session you were in line for."),
            format!("{title}\n{}", when(*starts_at, who.time_zone.as_deref())),
        ],
        action: Some(Action { label: "Find another time".to_owned(), url: format!("{origin}{page}") }),
        closing: vec![format!("{site} sends this because you were in line for a session there.")],
    }
}

/// Pure. To who is in line for a session that moved.
fn wait_moved_letter(site: &str, waited: &Waited) -> Letter {
    let Waited { title, starts_at, mentor_name, origin, who, .. } = waited;
    Letter {
        subject: format!("Moved: {title}"),
        paragraphs: vec![
            greeting(who),
            format!("{mentor_name} moved the session you are in line for to another time."),
            format!("{title}\n{}", when(*starts_at, who.time_zone.as_deref())),
            "You keep your place. If that time does not suit you, step out of the line.".to_owned(),
        ],
        action: Some(Action { label: "See your bookings".to_owned(), url: format!("{origin}/bookings") }),
        closing: vec![format!("{site} sends this because you are in line for a session there.")],
    }
}

/// Whether what happened changes what a calendar shows.
fn is_for_calendars(what: What) -> bool {
    matches!(what, What::Booked | What::Rescheduled | What::Cancelled)
}

/// Pure. `times`: what is proposed.
fn letter(
    site: &str,
    booking: &Appointment,
    recipient: &Recipient,
    to: Party,
    line: &HistoryLine,
    times: &[Timestamp],
    url: &str,
) -> Letter {
    let other = match to {
        Party::Mentor => &booking.mentee.display_name,
        Party::Mentee => &booking.mentor.display_name,
    };
    let by_you = line.by == Actor::from(to);
    let zone = recipient.time_zone.as_deref();
    let (subject, happened) = match line.what {
        What::Cancelled if by_you => ("Cancelled", format!("you cancelled your session with {other}.")),
        What::Cancelled => ("Cancelled", format!("{other} cancelled your session.")),
        What::Rescheduled if by_you => ("Moved", format!("you moved your session with {other} to another time.")),
        What::Rescheduled => ("Moved", format!("{other} moved your session to another time.")),
        What::Proposed => ("Another time?", format!("{other} would like to move your session to another time.")),
        What::Declined => ("Not moved", format!("{other} would rather keep your session where it is.")),
        What::Withdrawn => ("Not moved", format!("{other} took the proposal of other times back.")),
        What::ProposalExpired => ("Not moved", format!("your session with {other} stays where it is.")),
        What::Offered => {
            ("A seat is free", format!("a seat in {other}'s session became free. You were first in line."))
        }
        _ if by_you => ("Booked", format!("your session with {other} is booked.")),
        _ => ("Booked", format!("{other} booked a session with you.")),
    };
    let mut paragraphs =
        vec![greeting(recipient), happened, format!("{}\n{}", booking.title, when(booking.starts_at, zone))];
    if !times.is_empty() {
        let times: Vec<_> = times.iter().map(|time| when(*time, zone)).collect();
        paragraphs.push(format!("Proposed instead:\n{}", times.join("\n")));
    }
    if line.what == What::Rescheduled && line.by == Actor::Mentor && !by_you && booking.seats > 1 {
        paragraphs.push("If that time does not suit you, you can cancel until it starts.".to_owned());
    }
    let mut label = "See the booking";
    if let (What::Offered, Some(expires_at)) = (line.what, booking.expires_at) {
        paragraphs.push(format!("It is held for you until {}. Then it goes to the next.", when(expires_at, zone)));
        label = "Take the seat";
    } else if !line.reason.is_empty() {
        paragraphs.push(line.reason.clone());
    }
    Letter {
        subject: format!("{subject}: {}", booking.title),
        paragraphs,
        action: Some(Action { label: label.to_owned(), url: url.to_owned() }),
        closing: vec![format!("{site} sends this because you have a session there.")],
    }
}

fn greeting(recipient: &Recipient) -> String {
    format!("Hello {},", recipient.display_name)
}

/// "Tuesday 24 November 2026, 14:00 CET", on the clocks of a zone.
fn when(at: Timestamp, zone: Option<&str>) -> String {
    let zone =
        zone.and_then(|name| jiff::tz::TimeZoneDatabase::bundled().get(name).ok()).unwrap_or(jiff::tz::TimeZone::UTC);
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.to_zoned(zone).strftime("%A %-d %B %Y, %H:%M %Z").to_string()
}
