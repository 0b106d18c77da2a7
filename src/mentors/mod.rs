//! Who may open sessions: people with an approved row.

mod model;
mod routes;
mod store;

pub use model::{Mentor, MentorStatus};
pub use routes::routes;

use crate::kernel::Kernel;
use crate::kernel::ids::UserId;

/// Use cases of mentors. Cheap to clone.
#[derive(Clone)]
pub struct Mentors {
    kernel: Kernel,
}

impl Mentors {
    pub fn new(kernel: &Kernel) -> Self {
        Self { kernel: kernel.clone() }
    }

    /// What `user` is as a mentor; None for people who never applied.
    pub async fn mentor(&self, user: UserId) -> Result<Option<Mentor>, sqlx::Error> {
        store::mentor(&mut *self.kernel.db.read().await?, user).await
    }

    /// Whether `user` may open sessions.
    pub async fn is_approved(&self, user: UserId) -> Result<bool, sqlx::Error> {
        Ok(self.mentor(user).await?.is_some_and(|mentor| mentor.status == MentorStatus::Approved))
    }

    /// Makes `user` a mentor, whatever came before.
    pub async fn approve(&self, user: UserId) -> Result<(), sqlx::Error> {
        let now = self.kernel.clock.now();
        self.kernel.db.write(|mut tx| Box::pin(async move { store::approve(&mut tx, user, now).await })).await
    }
}
