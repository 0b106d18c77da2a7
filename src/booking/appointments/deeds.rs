//! What is done to bookings: each step of their life, told in their history and to both.

use sqlx::AnyConnection;

use super::model::{Actor, AppointmentState, HistoryLine, Party, What};
use super::{life, store};
use crate::booking::{BookingChanged, BookingError};
use crate::kernel::Kernel;
use crate::kernel::ids::{BookingId, EventId, UserId};
use crate::kernel::outbox;

/// Something done to a booking.
pub(super) struct Deed<'a> {
    pub(super) what: What,
    pub(super) by: Actor,
    /// None when a rule did it.
    pub(super) actor: Option<UserId>,
    pub(super) reason: &'a str,
}

/// The one way a booking's state changes: by a step its life has, told in its history.
pub(super) async fn advance(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    booking: BookingId,
    from: AppointmentState,
    deed: &Deed<'_>,
) -> Result<(), BookingError> {
    let to = life::after(from, deed.what).ok_or(BookingError::BookingOver)?;
    if !store::step(conn, booking, from, to).await? {
        return Err(BookingError::BookingOver);
    }
    note(conn, kernel, booking, deed).await
}

pub(super) async fn note(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    booking: BookingId,
    deed: &Deed<'_>,
) -> Result<(), BookingError> {
    let id = EventId::generate(&kernel.random, &kernel.clock);
    let reason = deed.reason.to_owned();
    let line = HistoryLine { at_ms: kernel.clock.now(), what: deed.what, by: deed.by, reason };
    Ok(store::write_history(conn, id, booking, &line, deed.actor).await?)
}

/// Tells both of the newest line of a booking's history.
pub(super) async fn tell(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    booking: BookingId,
    origin: &str,
) -> Result<(), BookingError> {
    tell_these(conn, kernel, booking, origin, &[Party::Mentee, Party::Mentor]).await
}

pub(super) async fn tell_these(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    booking: BookingId,
    origin: &str,
    whom: &[Party],
) -> Result<(), BookingError> {
    let sequence = store::history(conn, booking).await?.len().saturating_sub(1);
    for &to in whom {
        let fact = BookingChanged { booking, to, sequence, origin: origin.to_owned() };
        outbox::publish(conn, &kernel.clock, &kernel.random, &fact).await?;
    }
    Ok(())
}
