//! Sessions: meetings of a mentor and mentees.

mod appointments;
mod attendance;
mod error;
mod events;
mod jobs;
mod model;
mod places;
mod routes;
mod rules;
mod store;
#[cfg(test)]
mod tests;

pub use appointments::Party;
pub use attendance::{AttendanceAnswer, Dispute, DisputeState, Disputed, Outcome, Resolution, Verdict};
pub use error::BookingError;
pub use events::{
    BookingChanged, BookingSettled, Closing, GroupEmptied, Media, ParticipantJoined, ParticipantLeft, ParticipantMedia,
    RoomClosed, RoomOpened, SeriesChanged, SeriesStep, SessionEnded, WaitMoved, WaitOver,
};
pub use model::{Encryption, JoinCode, Page, Person, Role, Session, SessionState, WaitingRoom};
pub use routes::routes;

use std::sync::Arc;

use sqlx::AnyConnection;

use crate::kernel::Kernel;
use crate::kernel::ids::{SessionId, UserId};
use crate::kernel::mail::Mailer;
use crate::kernel::outbox::{self, Handler};
use crate::kernel::rate_limit::RateLimit;
use crate::mentors::Mentors;
use store::NewSession;

/// Use cases of booking. Cheap to clone.
#[derive(Clone)]
pub struct Booking {
    kernel: Kernel,
    mentors: Mentors,
    bookings_per_user: Arc<RateLimit<UserId>>,
}

impl Booking {
    pub fn new(kernel: &Kernel, mentors: &Mentors) -> Self {
        let bookings_per_user = Arc::new(RateLimit::new(kernel.config.booking.book_per_user));
        Self { kernel: kernel.clone(), mentors: mentors.clone(), bookings_per_user }
    }

    pub fn handlers(&self, mailer: &Mailer) -> Vec<Handler> {
        vec![jobs::presence(&self.kernel), appointments::letters(&self.kernel, mailer)]
    }

    /// Opens a session now. Only for approved mentors.
    pub async fn open(
        &self,
        mentor: UserId,
        title: &str,
        waiting_room: WaitingRoom,
        encryption: Encryption,
    ) -> Result<Session, BookingError> {
        let code = rules::join_code(&self.kernel.random);
        self.open_at(mentor, title, waiting_room, encryption, &code).await
    }

    /// Opens a session under a link of its own; one that was there is open again afterwards.
    pub async fn open_at(
        &self,
        mentor: UserId,
        title: &str,
        waiting_room: WaitingRoom,
        encryption: Encryption,
        code: &JoinCode,
    ) -> Result<Session, BookingError> {
        let title = &rules::title(title).map_err(|mistake| BookingError::Invalid(vec![mistake]))?;
        if !self.mentors.is_approved(mentor).await? {
            return Err(BookingError::MentorRequired);
        }
        let id = SessionId::generate(&self.kernel.random, &self.kernel.clock);
        let now = self.kernel.clock.now();
        let new = NewSession { id, mentor, title, waiting_room, encryption, code };
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    store::open(&mut tx, new, now).await?;
                    store::session_by_code(&mut tx, code).await?.ok_or(BookingError::SessionUnknown)
                })
            })
            .await
    }

    /// Sessions of `user` as mentor or member, newest first.
    pub async fn sessions(
        &self,
        user: UserId,
        before: Option<SessionId>,
        limit: u16,
    ) -> Result<Page<Session>, BookingError> {
        let mut conn = self.kernel.db.read().await?;
        // One more than asked for tells whether there is a next page.
        let mut items = store::sessions_of(&mut conn, user, before, i64::from(limit) + 1).await?;
        let more = items.len() > usize::from(limit);
        items.truncate(usize::from(limit));
        let next = items.last().filter(|_| more).map(|last| last.id);
        Ok(Page { items, next })
    }

    /// A session `user` is the mentor or a member of.
    pub async fn session(&self, user: UserId, id: SessionId) -> Result<Session, BookingError> {
        let session = store::session_of(&mut *self.kernel.db.read().await?, user, id).await?;
        session.ok_or(BookingError::SessionUnknown)
    }

    /// Ends a session for everyone. Only its mentor may; ending it again changes nothing.
    pub async fn end(&self, user: UserId, id: SessionId) -> Result<Session, BookingError> {
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        let session = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let session = store::session_of(&mut tx, user, id).await?.ok_or(BookingError::SessionUnknown)?;
                    if session.role_of(Some(user)) != Role::Host {
                        return Err(BookingError::HostRequired);
                    }
                    if session.starts_at.is_some_and(|starts_at| starts_at > now) && session.started_at.is_none() {
                        return Err(BookingError::SessionBooked);
                    }
                    end_in(&mut tx, kernel, id).await?;
                    store::session_of(&mut tx, user, id).await?.ok_or(BookingError::SessionUnknown)
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(session)
    }

    /// The session behind a link, in whatever state; [`Session::require_joinable`] says whether it can be entered.
    pub async fn session_for_join(&self, code: &JoinCode) -> Result<Session, BookingError> {
        let session = store::session_by_code(&mut *self.kernel.db.read().await?, code).await?;
        session.ok_or(BookingError::LinkUnknown)
    }

    /// Whether `user` may enter a session's room now: an ended one nobody may, a booked one those who have a place there,
    /// from ten minutes before its start on.
    pub async fn admit(&self, session: &Session, user: Option<UserId>) -> Result<(), BookingError> {
        session.require_joinable()?;
        let Some(starts_at) = session.starts_at else { return Ok(()) };
        let has_place = match user {
            Some(user) if user == session.mentor.id => true,
            Some(user) => appointments::has_place(&mut *self.kernel.db.read().await?, session.id, user).await?,
            None => false,
        };
        if !has_place {
            return Err(BookingError::BookingRequired);
        }
        let opens_at = starts_at.minus(appointments::OPENS_BEFORE);
        if self.kernel.clock.now() < opens_at { Err(BookingError::NotOpenYet) } else { Ok(()) }
    }

    /// Any session, whoever asks: for rooms, which have their session's id.
    pub async fn session_by_id(&self, id: SessionId) -> Result<Option<Session>, BookingError> {
        Ok(store::session_by_id(&mut *self.kernel.db.read().await?, id).await?)
    }
}

/// Ends a session, if it is not over, and tells its room.
async fn end_in(conn: &mut AnyConnection, kernel: &Kernel, id: SessionId) -> Result<(), sqlx::Error> {
    let now = kernel.clock.now();
    if store::end(conn, id, now).await? {
        let fact = SessionEnded { session: id, at: now };
        outbox::publish(conn, &kernel.clock, &kernel.random, &fact).await?;
    }
    Ok(())
}
