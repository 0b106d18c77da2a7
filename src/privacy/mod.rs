//! What is known of somebody, for themselves to have, and to be let go of. docs/PRIVACY.md says it table by table.

mod archive;
mod error;
mod jobs;
mod routes;
mod store;

use std::sync::Arc;

pub use error::PrivacyError;
pub use routes::routes;
pub use store::{PARTS, Part};

use tokio::sync::Semaphore;

use crate::accounts::{Accounts, LoggedIn};
use crate::booking::Booking;
use crate::kernel::Kernel;
use crate::kernel::ids::UserId;
use crate::kernel::outbox::Handler;
use crate::kernel::rate_limit::{Rate, RateLimit};
use crate::mentors::Mentors;

/// Archives one person may ask for: each reads much.
const EXPORTS: Rate = Rate { burst: 3, per_minute: 1 };
/// Archives in the making at once; each is in memory.
const AT_ONCE: usize = 1;

/// Use cases of privacy. Cheap to clone.
#[derive(Clone)]
pub struct Privacy {
    kernel: Kernel,
    accounts: Accounts,
    mentors: Mentors,
    booking: Booking,
    exports: Arc<RateLimit<UserId>>,
    permits: Arc<Semaphore>,
}

impl Privacy {
    pub fn new(kernel: &Kernel, accounts: &Accounts, mentors: &Mentors, booking: &Booking) -> Self {
        Self {
            kernel: kernel.clone(),
            accounts: accounts.clone(),
            mentors: mentors.clone(),
            booking: booking.clone(),
            exports: Arc::new(RateLimit::new(EXPORTS)),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    pub fn handlers(&self) -> Vec<Handler> {
        vec![jobs::letting_go(self)]
    }

    /// Everything known of somebody who has just proved who they are, as a ZIP archive of JSON files and their picture.
    ///
    /// Made while they wait: a person's data is a few hundred kilobytes, and nothing of it lies about afterwards.
    pub async fn export(&self, me: &LoggedIn) -> Result<Vec<u8>, PrivacyError> {
        self.accounts.require_proof(me).await?;
        let now = self.kernel.clock.now();
        self.exports.take(now, me.user.id).map_err(PrivacyError::RateLimited)?;
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        let files = store::collect(&mut *self.kernel.db.read().await?, me.user.id).await?;
        let picture = match me.user.picture_url.as_deref().and_then(|url| url.rsplit('/').next()) {
            Some(name) => self.accounts.picture(name).await,
            None => None,
        };
        let site = self.kernel.config.name.clone();
        let work = move || archive::zip(&site, now, &files, picture.as_deref());
        Ok(tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)??)
    }

    /// Deletes the account of somebody who has just proved who they are. They are out at once; what they did with others
    /// lets go of them a moment later.
    pub async fn erase(&self, me: &LoggedIn, origin: &str) -> Result<(), PrivacyError> {
        Ok(self.accounts.erase(me, origin).await?)
    }

    /// What others did with `user` lets go of them. Once is as good as twice.
    async fn let_go(&self, user: UserId, origin: &str) -> Result<(), PrivacyError> {
        // First nobody can book them any more, then nobody has.
        self.mentors.depart(user).await?;
        self.run(store::CLOSE, user).await?;
        self.booking.depart(user, origin).await?;
        self.run(store::LET_GO, user).await
    }

    async fn run(&self, statements: &'static [&'static str], user: UserId) -> Result<(), PrivacyError> {
        let write = self.kernel.db.write(|mut tx| Box::pin(async move { store::run(&mut tx, statements, user).await }));
        Ok(write.await?)
    }
}
