//! Attendance: who was in a session's room and when, what is made of it, and what the two may say against that.
//!
//! Rooms tell when somebody comes, goes, and has media ([`jobs`](super::jobs) keeps that as stays); a crash ends what is
//! open when the server was last known to live. [`rules`] decides from the stays alone.

mod model;
mod routes;
mod rules;
mod store;

pub(super) use model::{Attendance, Judge, Stays};
pub use model::{Dispute, DisputeState, Disputed, Outcome, Resolution, Verdict};
pub use routes::AttendanceAnswer;
pub(super) use routes::routes;
pub(super) use rules::{Case, decide};
pub(super) use store::{Kind, begin, finish, finish_all, stays};

use std::time::Duration;

use model::Attendee;
use sqlx::AnyConnection;

use super::appointments::{self, Appointment, Party, Ruling};
use super::{Booking, BookingError, RoomClosed};
use crate::booking::events::{Closing, ParticipantJoined, ParticipantLeft, ParticipantMedia, RoomOpened};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::FieldProblem;
use crate::kernel::ids::{BookingId, SessionId, UserId};
use crate::kernel::outbox::{self, Fact};

/// So long after a verdict the two may say that it is wrong. Product decision.
const DISPUTABLE: Duration = Duration::from_secs(72 * 3_600);

/// What rooms tell of who is there.
pub(super) const PRESENCE: &[&str] =
    &[RoomOpened::KIND, RoomClosed::KIND, ParticipantJoined::KIND, ParticipantLeft::KIND, ParticipantMedia::KIND];

impl Booking {
    /// Who was there when, for one of the two.
    pub(super) async fn attendance(&self, me: UserId, id: BookingId) -> Result<Attendance, BookingError> {
        self.attendance_at(self.appointment(me, id).await?).await
    }

    /// The same for an administrator who is to decide a dispute.
    pub async fn disputed_attendance(&self, id: BookingId) -> Result<AttendanceAnswer, BookingError> {
        let mut conn = self.kernel.db.read().await?;
        store::dispute(&mut conn, id).await?.ok_or(BookingError::BookingUnknown)?;
        let booking = appointments::appointment(&mut conn, id).await?.ok_or(BookingError::BookingUnknown)?;
        drop(conn);
        Ok(self.attendance_at(booking).await?.into())
    }

    async fn attendance_at(&self, booking: Appointment) -> Result<Attendance, BookingError> {
        let id = booking.id;
        let now = self.kernel.clock.now();
        let mut conn = self.kernel.db.read().await?;
        let booked = (booking.starts_at, booking.ends_at);
        let attendee = async |conn: &mut AnyConnection, party, person: super::Person| {
            let stays = stays(conn, booking.session, person.id).await?;
            let kept = store::seconds(conn, id, party).await?;
            let seconds = kept.unwrap_or_else(|| rules::presence(&stays, booked, now));
            Ok::<_, sqlx::Error>(Attendee { party, person, seconds, stays })
        };
        let mentor = attendee(&mut conn, Party::Mentor, booking.mentor.clone()).await?;
        let mentee = attendee(&mut conn, Party::Mentee, booking.mentee.clone()).await?;
        let verdict = store::verdict(&mut conn, id).await?;
        let dispute = store::dispute(&mut conn, id).await?;
        let until = verdict.as_ref().map(|verdict| verdict.decided_at_ms.plus(DISPUTABLE));
        Ok(Attendance {
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            no_show_after_s: self.kernel.config.booking.no_show_after_s,
            people: [mentor, mentee],
            disputable_until: until.filter(|until| dispute.is_none() && now <= *until),
            verdict,
            dispute,
        })
    }

    /// One of the two says that the verdict is wrong.
    pub(super) async fn dispute(&self, me: UserId, id: BookingId, reason: &str) -> Result<(), BookingError> {
        let reason = &rules::reason(reason).ok_or_else(reason_invalid)?;
        let booking = self.appointment(me, id).await?;
        let now = self.kernel.clock.now();
        self.kernel
            .db
            .write(|mut tx| {
                let booking = &booking;
                Box::pin(async move {
                    let verdict = store::verdict(&mut tx, id).await?.ok_or(BookingError::NothingToDispute)?;
                    if !store::raise(&mut tx, id, booking.party(me), reason, now).await? {
                        return Err(BookingError::AlreadyDisputed);
                    }
                    if now > verdict.decided_at_ms.plus(DISPUTABLE) {
                        return Err(BookingError::DisputeLate);
                    }
                    appointments::note_dispute(&mut tx, &self.kernel, booking, me, reason).await
                })
            })
            .await
    }

    /// Disputes in one state, who waits longest first; the second part is where the next page starts.
    pub async fn disputes(
        &self,
        state: DisputeState,
        after: Option<(Timestamp, BookingId)>,
        limit: u16,
    ) -> Result<(Vec<Disputed>, Option<(Timestamp, BookingId)>), BookingError> {
        let after = after.map_or((Timestamp(i64::MIN), String::new()), |(at, id)| (at, id.to_string()));
        let mut conn = self.kernel.db.read().await?;
        let mut items = store::disputes(&mut conn, state, after, i64::from(limit) + 1).await?;
        let more = items.len() > usize::from(limit);
        items.truncate(usize::from(limit));
        let next = items.last().filter(|_| more).map(|last| (last.dispute.raised_at_ms, last.booking));
        Ok((items, next))
    }

    /// An administrator's word on a dispute, once.
    pub async fn resolve_dispute(
        &self,
        admin: UserId,
        id: BookingId,
        resolution: Resolution,
        reason: &str,
    ) -> Result<Disputed, BookingError> {
        let reason = &rules::reason(reason).ok_or_else(reason_invalid)?;
        let now = self.kernel.clock.now();
        let state = match resolution {
            Resolution::Uphold => DisputeState::Upheld,
            Resolution::Overturn(_) => DisputeState::Overturned,
        };
        let resolved = self
            .kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let before = store::disputed(&mut tx, id).await?.ok_or(BookingError::BookingUnknown)?;
                    if !store::resolve(&mut tx, id, state, reason, admin, now).await? {
                        return Err(BookingError::DisputeResolved);
                    }
                    let outcome = match resolution {
                        Resolution::Uphold => None,
                        Resolution::Overturn(outcome) if outcome == before.verdict.outcome => {
                            return Err(BookingError::VerdictUnchanged);
                        }
                        Resolution::Overturn(outcome) => Some(outcome),
                    };
                    if let Some(outcome) = outcome {
                        let verdict = Verdict { outcome, by: Judge::Admin, reason: reason.clone(), decided_at_ms: now };
                        store::set_verdict(&mut tx, id, &verdict).await?;
                    }
                    let ruling = Ruling { admin, reason, outcome };
                    appointments::rule_on(&mut tx, &self.kernel, id, &ruling).await?;
                    store::disputed(&mut tx, id).await?.ok_or(BookingError::BookingUnknown)
                })
            })
            .await?;
        self.kernel.outbox.now();
        Ok(resolved)
    }

    /// Notes that the server lives: after a crash, whoever was in a room then counts as there until the last such note.
    pub async fn mark_alive(&self) -> Result<(), BookingError> {
        let now = self.kernel.clock.now();
        self.kernel.db.write(|mut tx| Box::pin(async move { Ok(store::mark(&mut tx, now).await?) })).await
    }

    /// After a start: nobody is in a room any more, whatever the last run believed. What it left open ended when it was
    /// last known to live; news it had published and not yet heard itself is followed by the end of its rooms. (One
    /// media node; with more, each clears only its own.)
    pub async fn forget_presence(&self) -> Result<(), BookingError> {
        let kernel = &self.kernel;
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let mark = store::last_mark(&mut tx).await?;
                    store::cut(&mut tx, mark).await?;
                    super::store::forget_presence(&mut tx).await?;
                    for (subject, last) in outbox::unheard(&mut tx, PRESENCE).await? {
                        let Ok(session) = subject.parse::<SessionId>() else { continue };
                        let fact = RoomClosed { session, at: last.max(mark), closing: Closing::Idle };
                        outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// What the rule makes of a booking whose session is over, kept with how long the two were there.
pub(super) async fn settle(
    conn: &mut AnyConnection,
    id: BookingId,
    case: &Case<'_>,
    (mentor, mentee): (&Stays, &Stays),
    now: Timestamp,
) -> Result<Verdict, sqlx::Error> {
    let booked = (case.starts_at, case.ends_at);
    store::keep_seconds(conn, id, Party::Mentor, rules::presence(mentor, booked, now)).await?;
    store::keep_seconds(conn, id, Party::Mentee, rules::presence(mentee, booked, now)).await?;
    let (outcome, reason) = decide(case);
    let verdict = Verdict { outcome, by: Judge::Rule, reason, decided_at_ms: now };
    store::set_verdict(conn, id, &verdict).await?;
    Ok(verdict)
}

fn reason_invalid() -> BookingError {
    let detail = "A reason has 1 to 1000 characters.".to_owned();
    BookingError::Invalid(vec![FieldProblem { field: "reason", code: "reason_invalid", detail }])
}
