//! What is written down beside a session: shared notes, each person's own, things to do, and files.
//!
//! Only those with a place in the session see any of it, and one's own notes nobody else does. Whoever changes a text says
//! which version they have seen: two who write at once never lose each other's words.

mod attachments;
mod error;
mod media;
mod model;
mod objects;
mod routes;
mod rules;
mod store;

pub use routes::routes;

use std::sync::Arc;

use crate::booking::{Booking, Person};
use crate::kernel::Kernel;
use crate::kernel::ids::{ActionId, SessionId, UserId};
use crate::kernel::rate_limit::RateLimit;
use error::NotesError;
use model::{Action, NewAction, Note, Notes as All, Owner};
use objects::Objects;

const ACTIONS_MAX: i64 = 100;

/// Use cases of notes. Cheap to clone.
#[derive(Clone)]
pub struct Notes {
    kernel: Kernel,
    booking: Booking,
    objects: Objects,
    uploads_per_user: Arc<RateLimit<UserId>>,
}

impl Notes {
    pub fn new(kernel: &Kernel, booking: &Booking) -> Self {
        Self {
            kernel: kernel.clone(),
            booking: booking.clone(),
            objects: Objects::of(&kernel.config),
            uploads_per_user: Arc::new(RateLimit::new(kernel.config.notes.upload_per_user)),
        }
    }

    /// Everything `me` may see beside a session.
    async fn all(&self, me: UserId, session: SessionId) -> Result<All, NotesError> {
        let people = self.people(me, session).await?;
        let mut conn = self.kernel.db.read().await?;
        Ok(All {
            shared: store::note(&mut conn, session, Owner::All).await?,
            own: store::note(&mut conn, session, Owner::One(me)).await?,
            actions: store::actions(&mut conn, session).await?,
            attachments: store::attachments(&mut conn, session).await?,
            people,
        })
    }

    /// Puts a text in place of the version that was seen; 0 where there was none.
    async fn write(
        &self,
        me: UserId,
        session: SessionId,
        owner: Owner,
        text: &str,
        seen: i32,
    ) -> Result<Note, NotesError> {
        let text = &rules::note(text).map_err(|mistake| NotesError::Invalid(vec![mistake]))?;
        self.people(me, session).await?;
        let now = self.kernel.clock.now();
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let written = store::write_note(&mut tx, session, owner, text, seen, me, now).await?;
                    let current = store::note(&mut tx, session, owner).await?;
                    if written { Ok(current) } else { Err(NotesError::NoteChanged(Box::new(current))) }
                })
            })
            .await
    }

    async fn add_action(&self, me: UserId, session: SessionId, typed: NewAction) -> Result<Action, NotesError> {
        let people = self.people(me, session).await?;
        let action = &rules::action(typed, &people).map_err(NotesError::Invalid)?;
        let id = ActionId::generate(&self.kernel.random, &self.kernel.clock);
        let now = self.kernel.clock.now();
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if store::count_actions(&mut tx, session).await? >= ACTIONS_MAX {
                        return Err(NotesError::ActionsFull);
                    }
                    store::insert_action(&mut tx, id, session, action, me, now).await?;
                    store::action(&mut tx, session, id).await?.ok_or(NotesError::ActionUnknown)
                })
            })
            .await
    }

    async fn change_action(
        &self,
        me: UserId,
        session: SessionId,
        id: ActionId,
        typed: NewAction,
        seen: i32,
    ) -> Result<Action, NotesError> {
        let people = self.people(me, session).await?;
        let action = &rules::action(typed, &people).map_err(NotesError::Invalid)?;
        let now = self.kernel.clock.now();
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let changed = store::update_action(&mut tx, session, id, action, seen, now).await?;
                    let current = store::action(&mut tx, session, id).await?.ok_or(NotesError::ActionUnknown)?;
                    if changed { Ok(current) } else { Err(NotesError::ActionChanged(Box::new(current))) }
                })
            })
            .await
    }

    async fn remove_action(&self, me: UserId, session: SessionId, id: ActionId) -> Result<(), NotesError> {
        self.people(me, session).await?;
        let gone = self
            .kernel
            .db
            .write(|mut tx| Box::pin(async move { store::delete_action(&mut tx, session, id).await }))
            .await?;
        if gone { Ok(()) } else { Err(NotesError::ActionUnknown) }
    }

    /// Those who meet there; `me` is one of them.
    async fn people(&self, me: UserId, session: SessionId) -> Result<Vec<Person>, NotesError> {
        Ok(self.booking.people(session, me).await?)
    }
}
