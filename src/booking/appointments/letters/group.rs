//! Letters to the mentor of a group: the session is one event of their calendar, whoever comes and goes.

use super::{greeting, when};
use crate::booking::appointments::calendar::{self, Method, Shown, Surroundings, company};
use crate::booking::appointments::model::{Actor, Appointment, HistoryLine, What};
use crate::booking::appointments::store::{self, Recipient};
use crate::booking::events::GroupEmptied;
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::mail::{Action, Invitation, Letter, Mailer};
use crate::kernel::outbox::{Event, HandlerError};

/// About one place in a session; the calendar is told what has become of the whole.
pub(super) async fn write(
    kernel: &Kernel,
    mailer: &Mailer,
    event: &Event,
    (booking, line): (&Appointment, &HistoryLine),
    recipient: &Recipient,
    url: &str,
) -> Result<(), HandlerError> {
    let places = store::places_in(&mut *kernel.db.read().await?, booking.session).await?;
    let names: Vec<_> = places.iter().map(|place| place.mentee.display_name.as_str()).collect();
    // As it is now, whatever has happened since: news of that are on their way, with a higher SEQUENCE.
    let now = places.first().unwrap_or(booking);
    let site = &kernel.config.name;
    let letter = letter(site, booking, line, &names, recipient, url);
    let shown = Shown::group(booking.session, &booking.title, &names, event.occurred_at);
    let parties = Some((mailer.address(), recipient.email.as_str()));
    let around = Surroundings { site, url, now: event.occurred_at, parties };
    let invitation = invitation(&shown, (now.starts_at, now.ends_at), &around);
    mailer.deliver_invitation(event.id, &recipient.email, &letter, &invitation).await
}

/// About a session that its last mentee moved away from.
pub(super) async fn write_emptied(
    kernel: &Kernel,
    mailer: &Mailer,
    event: &Event,
    emptied: &GroupEmptied,
) -> Result<(), HandlerError> {
    let Some(recipient) = store::recipient_of(&mut *kernel.db.read().await?, emptied.mentor).await? else {
        return Ok(());
    };
    let (site, url) = (&kernel.config.name, &format!("{}/bookings", emptied.origin));
    let time = when(emptied.starts_at, recipient.time_zone.as_deref());
    let letter = Letter {
        subject: format!("Cancelled: {}", emptied.title),
        paragraphs: vec![
            greeting(&recipient),
            "the last one in your session moved to another time. Nobody has a place in it any more.".to_owned(),
            format!("{}\n{time}", emptied.title),
        ],
        action: Some(Action { label: "See your bookings".to_owned(), url: url.clone() }),
        closing: vec![format!("{site} sends this because you have sessions there.")],
    };
    let shown = Shown::group(emptied.session, &emptied.title, &[], event.occurred_at);
    let parties = Some((mailer.address(), recipient.email.as_str()));
    let around = Surroundings { site, url, now: event.occurred_at, parties };
    let invitation = invitation(&shown, (emptied.starts_at, emptied.ends_at), &around);
    mailer.deliver_invitation(event.id, &recipient.email, &letter, &invitation).await
}

/// Pure.
fn invitation(shown: &Shown, time: (Timestamp, Timestamp), around: &Surroundings<'_>) -> Invitation {
    let method = if shown.is_cancelled { Method::Cancel } else { Method::Request };
    Invitation { method: method.as_str(), object: calendar::group_object(shown, time, method, around) }
}

/// Pure. `names`: who has a place in it now.
fn letter(
    site: &str,
    booking: &Appointment,
    line: &HistoryLine,
    names: &[&str],
    recipient: &Recipient,
    url: &str,
) -> Letter {
    let who = &booking.mentee.display_name;
    let by_you = line.by == Actor::Mentor;
    let (subject, happened) = match line.what {
        What::Cancelled if by_you && names.is_empty() => ("Cancelled", "you cancelled your session.".to_owned()),
        What::Cancelled if by_you => ("Cancelled", format!("you cancelled {who}'s place in your session.")),
        What::Cancelled => ("Cancelled", format!("{who} cancelled their place in your session.")),
        What::Rescheduled if by_you => ("Moved", "you moved your session to another time, for everyone.".to_owned()),
        What::Rescheduled => ("Moved", format!("{who} moved to this session of yours.")),
        _ => ("Booked", format!("{who} booked a place in your session.")),
    };
    let time = when(booking.starts_at, recipient.time_zone.as_deref());
    let mut paragraphs = vec![greeting(recipient), happened, format!("{}\n{time}", booking.title)];
    if !line.reason.is_empty() {
        paragraphs.push(line.reason.clone());
    }
    paragraphs.push(if names.is_empty() {
        "Nobody has a place in it any more.".to_owned()
    } else {
        format!("In it now, of {} places: {}.", booking.seats, company(names))
    });
    Letter {
        subject: format!("{subject}: {}", booking.title),
        paragraphs,
        action: Some(Action { label: "See who is in it".to_owned(), url: url.to_owned() }),
        closing: vec![format!("{site} sends this because you have a session there.")],
    }
}
