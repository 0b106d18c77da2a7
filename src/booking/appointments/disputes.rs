//! What a dispute does to a booking: its life goes on by the same steps as before.

use sqlx::AnyConnection;

use super::model::{Actor, Appointment, What};
use super::{Deed, advance, store};
use crate::booking::attendance::Outcome;
use crate::booking::{BookingError, BookingSettled};
use crate::kernel::Kernel;
use crate::kernel::ids::{BookingId, UserId};
use crate::kernel::outbox;

/// An administrator's word.
pub(in crate::booking) struct Ruling<'a> {
    pub admin: UserId,
    pub reason: &'a str,
    /// None: the verdict stays.
    pub outcome: Option<Outcome>,
}

pub(in crate::booking) async fn note_dispute(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    booking: &Appointment,
    me: UserId,
    reason: &str,
) -> Result<(), BookingError> {
    let deed = Deed { what: What::Disputed, by: booking.party(me).into(), actor: Some(me), reason };
    advance(conn, kernel, booking.id, booking.state, &deed).await
}

pub(in crate::booking) async fn rule_on(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    id: BookingId,
    ruling: &Ruling<'_>,
) -> Result<(), BookingError> {
    let state = store::state(conn, id).await?.ok_or(BookingError::BookingUnknown)?;
    let what = match ruling.outcome {
        None => What::Upheld,
        Some(Outcome::Completed) => What::RuledCompleted,
        Some(_) => What::RuledNoShow,
    };
    let deed = Deed { what, by: Actor::Admin, actor: Some(ruling.admin), reason: ruling.reason };
    advance(conn, kernel, id, state, &deed).await?;
    if let Some(outcome) = ruling.outcome {
        let fact = BookingSettled { booking: id, outcome };
        outbox::publish(conn, &kernel.clock, &kernel.random, &fact).await?;
    }
    Ok(())
}
