//! Other times for a booking, proposed by one of its two and decided by the other.
//!
//! The mentor may propose at any time before the start; so may the mentee, also when it is too late to just move it. The
//! times are held until the answer, so whoever accepts gets what was promised. Proposing in answer to a proposal puts the
//! new one in its place.

mod routes;
mod store;

use std::time::Duration;

use sqlx::AnyConnection;

use super::model::{Actor, Appointment, AppointmentState, Party, What};
use super::store::{self as appointments, Whose};
use super::{ALTERNATIVES, Deed, advance, find, holds, occupy, require_opening, rules, tell, tell_these};
use crate::availability::{self, Offering};
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, ProposalId, SessionId, UserId};
pub(super) use routes::routes;
pub(super) use store::{open_proposal, overdue_proposals};

/// How many times at once.
const TIMES_MAX: usize = 3;

/// Other times for a booking, until they are decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::booking) struct Proposal {
    pub id: ProposalId,
    pub booking: BookingId,
    pub by: Party,
    pub note: String,
    pub origin: String,
    pub expires_at: Timestamp,
    /// In order, and under which name each is held.
    pub times: Vec<(Timestamp, SessionId)>,
}

/// How a proposal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Accepted,
    Declined,
    Withdrawn,
    /// Another one, or another deed, made it pointless.
    Replaced,
    Expired,
}

impl Ending {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Replaced => "replaced",
            Self::Expired => "expired",
        }
    }
}

impl Booking {
    /// Proposes other times to the other one of a booking's two.
    pub(in crate::booking) async fn propose(
        &self,
        me: UserId,
        id: BookingId,
        times: Vec<Timestamp>,
        note: &str,
        origin: &str,
    ) -> Result<Appointment, BookingError> {
        self.limit(me)?;
        let note = &rules::reason(note).map_err(|mistake| BookingError::Invalid(vec![mistake]))?;
        let times = &rules::times(times, TIMES_MAX).map_err(|mistake| BookingError::Invalid(vec![mistake]))?;
        let kernel = &self.kernel;
        let proposed = kernel
            .db
            .write(|mut tx| Box::pin(async move { propose_in(&mut tx, kernel, me, id, times, note, origin).await }))
            .await;
        if matches!(proposed, Err(BookingError::OpeningTaken(_))) {
            let mut conn = kernel.db.read().await?;
            let booking = find(&mut conn, me, id).await?;
            let offering = offering_of(&mut conn, &booking).await?;
            let near = times.first().copied().unwrap_or(booking.starts_at);
            let free = availability::alternatives(&mut conn, kernel.clock.now(), &offering, near, ALTERNATIVES).await?;
            return Err(BookingError::OpeningTaken(free));
        }
        kernel.outbox.now();
        proposed
    }

    /// Moves a booking to one of the times the other proposed. Once it is there, asking again changes nothing.
    pub(in crate::booking) async fn accept(
        &self,
        me: UserId,
        id: BookingId,
        starts_at: Timestamp,
        origin: &str,
    ) -> Result<Appointment, BookingError> {
        let kernel = &self.kernel;
        let moved = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let booking = find(&mut tx, me, id).await?;
                    expire_overdue(&mut tx, kernel, Whose::Of { mentor: booking.mentor.id, mentee: me }).await?;
                    let Some(proposal) = open_proposal(&mut tx, id).await? else {
                        let same = booking.starts_at == starts_at && booking.state == AppointmentState::Confirmed;
                        return if same { Ok(booking) } else { Err(BookingError::ProposalOver) };
                    };
                    let by = booking.party(me);
                    if proposal.by == by {
                        return Err(BookingError::ProposalOwn);
                    }
                    if !proposal.times.iter().any(|(time, _)| *time == starts_at) {
                        return Err(BookingError::Invalid(vec![rules::time_unknown()]));
                    }
                    let offering = offering_of(&mut tx, &booking).await?;
                    end(&mut tx, &proposal, Ending::Accepted).await?;
                    // The times were held for this: hours that changed since take nothing back.
                    availability::release(&mut tx, booking.session).await?;
                    occupy(&mut tx, kernel.clock.now(), &offering, starts_at, booking.session, None).await?;
                    appointments::move_session(&mut tx, booking.session, &offering, starts_at).await?;
                    let now = kernel.clock.now();
                    appointments::move_to(&mut tx, &booking, booking.session, &offering, starts_at, now).await?;
                    let deed = Deed { what: What::Rescheduled, by: by.into(), actor: Some(me), reason: "" };
                    advance(&mut tx, kernel, id, booking.state, &deed).await?;
                    tell(&mut tx, kernel, id, origin).await?;
                    find(&mut tx, me, id).await
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(moved)
    }

    /// Leaves a booking where it is: the other's proposal is declined, one's own taken back. Their times are free again.
    pub(in crate::booking) async fn decline(
        &self,
        me: UserId,
        id: BookingId,
        reason: &str,
        origin: &str,
    ) -> Result<Appointment, BookingError> {
        let reason = &rules::reason(reason).map_err(|mistake| BookingError::Invalid(vec![mistake]))?;
        let kernel = &self.kernel;
        let kept = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let booking = find(&mut tx, me, id).await?;
                    let proposal = open_proposal(&mut tx, id).await?.ok_or(BookingError::ProposalOver)?;
                    let by = booking.party(me);
                    let (what, ending) = if proposal.by == by {
                        (What::Withdrawn, Ending::Withdrawn)
                    } else {
                        (What::Declined, Ending::Declined)
                    };
                    end(&mut tx, &proposal, ending).await?;
                    let deed = Deed { what, by: by.into(), actor: Some(me), reason };
                    advance(&mut tx, kernel, id, booking.state, &deed).await?;
                    tell_these(&mut tx, kernel, id, origin, &[by.other()]).await?;
                    find(&mut tx, me, id).await
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(kept)
    }

    /// What a booking's two have to decide, if anything.
    pub(in crate::booking) async fn proposal(&self, id: BookingId) -> Result<Option<Proposal>, BookingError> {
        let proposal = open_proposal(&mut *self.kernel.db.read().await?, id).await?;
        let now = self.kernel.clock.now();
        Ok(proposal.filter(|proposal| proposal.expires_at > now))
    }
}

async fn propose_in(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    me: UserId,
    id: BookingId,
    times: &[Timestamp],
    note: &str,
    origin: &str,
) -> Result<Appointment, BookingError> {
    let booking = find(conn, me, id).await?;
    let now = kernel.clock.now();
    match booking.state {
        AppointmentState::Confirmed if now < booking.starts_at => {}
        AppointmentState::Held | AppointmentState::AwaitingPayment => return Err(BookingError::NotConfirmed),
        _ => return Err(BookingError::BookingOver),
    }
    let offering = offering_of(conn, &booking).await?;
    if booking.seats != 1 || offering.terms.seats != 1 {
        return Err(BookingError::GroupSession);
    }
    holds::expire_overdue(conn, kernel, Whose::Of { mentor: booking.mentor.id, mentee: me }).await?;
    if let Some(before) = open_proposal(conn, id).await? {
        end(conn, &before, Ending::Replaced).await?;
    }
    let by = booking.party(me);
    // Nothing is promised beyond the start of any of them.
    let latest = times.iter().copied().chain([booking.starts_at]).min().unwrap_or(booking.starts_at);
    let expires_at = now.plus(Duration::from_secs(kernel.config.booking.proposal_s)).min(latest);
    let mut held = Vec::with_capacity(times.len());
    for &starts_at in times {
        require_opening(conn, now, &offering, starts_at, None).await?;
        let holder = SessionId::generate(&kernel.random, &kernel.clock);
        occupy(conn, now, &offering, starts_at, holder, Some(expires_at)).await?;
        held.push((starts_at, holder));
    }
    let proposal = Proposal {
        id: ProposalId::generate(&kernel.random, &kernel.clock),
        booking: id,
        by,
        note: note.to_owned(),
        origin: origin.to_owned(),
        expires_at,
        times: held,
    };
    if !store::insert_proposal(conn, &proposal, booking.mentor.id, now).await? {
        // The other one's came at the same time.
        return Err(BookingError::ProposalOver);
    }
    let deed = Deed { what: What::Proposed, by: by.into(), actor: Some(me), reason: note };
    advance(conn, kernel, id, booking.state, &deed).await?;
    tell_these(conn, kernel, id, origin, &[by.other()]).await?;
    find(conn, me, id).await
}

async fn offering_of(conn: &mut AnyConnection, booking: &Appointment) -> Result<Offering, BookingError> {
    availability::offering(conn, booking.offering).await?.ok_or(BookingError::OfferingUnknown)
}

/// Ends a proposal that is open, and frees its times.
async fn end(conn: &mut AnyConnection, proposal: &Proposal, ending: Ending) -> Result<(), BookingError> {
    if !store::end_proposal(conn, proposal.id, ending).await? {
        return Err(BookingError::ProposalOver);
    }
    for (_, holder) in &proposal.times {
        availability::release(conn, *holder).await?;
    }
    Ok(())
}

/// What is proposed for a booking does not matter any more.
pub(super) async fn drop_open(conn: &mut AnyConnection, booking: BookingId) -> Result<(), BookingError> {
    match open_proposal(conn, booking).await? {
        Some(proposal) => end(conn, &proposal, Ending::Replaced).await,
        None => Ok(()),
    }
}

/// Ends proposals that nobody answered in time, and tells both.
pub(super) async fn expire_overdue(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    whose: Whose,
) -> Result<(), BookingError> {
    for proposal in overdue_proposals(conn, whose, kernel.clock.now(), holds::BATCH).await? {
        match end(conn, &proposal, Ending::Expired).await {
            // Somebody answered at the same time.
            Err(BookingError::ProposalOver) => continue,
            done => done?,
        }
        let reason = "It was not answered in time.";
        let deed = Deed { what: What::ProposalExpired, by: Actor::Rule, actor: None, reason };
        match advance(conn, kernel, proposal.booking, AppointmentState::Confirmed, &deed).await {
            Err(BookingError::BookingOver) => continue,
            done => done?,
        }
        tell(conn, kernel, proposal.booking, &proposal.origin).await?;
    }
    Ok(())
}
