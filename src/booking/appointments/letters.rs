//! Letters about bookings: what happened, with an invitation for the calendar.

use super::calendar::{self, Method, Surroundings};
use super::model::{Actor, Appointment, Party, What};
use super::store::{self, Recipient};
use crate::booking::events::BookingChanged;
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::mail::{Action, Invitation, Letter, Mailer};
use crate::kernel::outbox::{Event, Fact, Handler, HandlerError};

/// Heard twice it is the same letter, with the same Message-ID.
pub(in crate::booking) fn letters(kernel: &Kernel, mailer: &Mailer) -> Handler {
    let (kernel, mailer) = (kernel.clone(), mailer.clone());
    let work = move |event| {
        let (kernel, mailer) = (kernel.clone(), mailer.clone());
        async move { write(&kernel, &mailer, event).await }
    };
    Handler::new("booking.letters", &[BookingChanged::KIND], work).talks_to_others()
}

async fn write(kernel: &Kernel, mailer: &Mailer, event: Event) -> Result<(), HandlerError> {
    let Some(changed) = event.read::<BookingChanged>()? else { return Ok(()) };
    let mut conn = kernel.db.read().await?;
    let Some((booking, recipient)) = store::addressed(&mut conn, changed.booking, changed.to).await? else {
        return Ok(());
    };
    let history = store::history(&mut conn, changed.booking).await?;
    drop(conn);
    // What has happened since has letters of its own.
    let Some(line) = history.get(changed.sequence) else { return Ok(()) };
    let url = format!("{}/bookings/{}", changed.origin, booking.id);
    let letter =
        letter(&kernel.config.name, &booking, &recipient, changed.to, (line.what, line.by, &line.reason), &url);
    let method = if line.what == What::Cancelled { Method::Cancel } else { Method::Request };
    let around = Surroundings {
        site: &kernel.config.name,
        url: &url,
        sequence: changed.sequence,
        now: event.occurred_at,
        parties: Some((mailer.address(), &recipient.email)),
    };
    let invitation = Invitation { method: method.as_str(), object: calendar::object(&booking, method, &around) };
    mailer.deliver_invitation(event.id, &recipient.email, &letter, &invitation).await
}

/// Pure.
fn letter(
    site: &str,
    booking: &Appointment,
    recipient: &Recipient,
    to: Party,
    (what, by, reason): (What, Actor, &str),
    url: &str,
) -> Letter {
    let other = match to {
        Party::Mentor => &booking.mentee.display_name,
        Party::Mentee => &booking.mentor.display_name,
    };
    let by_you = by == Actor::from(to);
    let when = when(booking.starts_at, recipient.time_zone.as_deref());
    let (subject, happened) = match what {
        What::Cancelled if by_you => ("Cancelled", format!("you cancelled your session with {other}.")),
        What::Cancelled => ("Cancelled", format!("{other} cancelled your session.")),
        What::Rescheduled if by_you => ("Moved", format!("you moved your session with {other} to another time.")),
        What::Rescheduled => ("Moved", format!("{other} moved your session to another time.")),
        _ if by_you => ("Booked", format!("your session with {other} is booked.")),
        _ => ("Booked", format!("{other} booked a session with you.")),
    };
    let mut paragraphs =
        vec![format!("Hello {},", recipient.display_name), happened, format!("{}\n{when}", booking.title)];
    if !reason.is_empty() {
        paragraphs.push(reason.to_owned());
    }
    Letter {
        subject: format!("{subject}: {}", booking.title),
        paragraphs,
        action: Some(Action { label: "See the booking".to_owned(), url: url.to_owned() }),
        closing: vec![format!("{site} sends this because you have a session there.")],
    }
}

/// "Tuesday 24 November 2026, 14:00 CET", on the clocks of a zone.
fn when(at: Timestamp, zone: Option<&str>) -> String {
    let zone =
        zone.and_then(|name| jiff::tz::TimeZoneDatabase::bundled().get(name).ok()).unwrap_or(jiff::tz::TimeZone::UTC);
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.to_zoned(zone).strftime("%A %-d %B %Y, %H:%M %Z").to_string()
}
