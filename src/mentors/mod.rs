//! Who may open sessions, and what they say about themselves: applications, decisions, public profiles.

mod error;
mod events;
mod model;
mod routes;
mod rules;
mod store;
#[cfg(test)]
mod tests;

pub use error::MentorsError;
pub use events::{MentorApplied, MentorApproved, MentorDeclined, MentorProfileChanged, MentorWithdrawn};
pub use model::{Application, Decision, Mentor, MentorStatus, Profile, PublicMentor};
pub use routes::{MentorPage, routes};

use crate::accounts::User;
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::kernel::outbox;
use crate::kernel::text;

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
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if store::approve(&mut tx, user, now).await? {
                        let fact = MentorApproved { mentor: user };
                        outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    }
                    Ok::<_, sqlx::Error>(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(())
    }

    /// Saves what `user` says about themselves. A mentor's page changes at once; everyone else applies by it, the
    /// declined again. Where letters can be sent it takes a confirmed address.
    pub async fn save_profile(&self, user: &User, typed: Profile) -> Result<Application, MentorsError> {
        let profile = rules::profile(typed).map_err(MentorsError::Invalid)?;
        if !user.email_verified && self.kernel.config.mail.is_smtp() {
            return Err(MentorsError::EmailUnverified);
        }
        let slug = Some(text::slug(&user.display_name)).filter(|slug| !slug.is_empty());
        match self.store_profile(user.id, &profile, slug.as_deref().unwrap_or("mentor")).await {
            // Another mentor took the address in the same moment: the next look sees theirs.
            Err(MentorsError::Database(sqlx::Error::Database(error))) if error.is_unique_violation() => {
                self.store_profile(user.id, &profile, slug.as_deref().unwrap_or("mentor")).await
            }
            saved => saved,
        }
    }

    async fn store_profile(&self, user: UserId, profile: &Profile, slug: &str) -> Result<Application, MentorsError> {
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        let longer = format!("{slug}-{}", kernel.random.text::<4>().to_lowercase());
        let longer = &text::slug(&longer);
        let application = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let before = store::mentor(&mut tx, user).await?;
                    let status = store::save(&mut tx, user, profile, now).await?;
                    if before.as_ref().is_none_or(|before| before.slug.is_none()) {
                        let slug = if store::is_slug_taken(&mut tx, slug).await? { longer } else { slug };
                        store::set_slug(&mut tx, user, slug).await?;
                    }
                    let (clock, random) = (&kernel.clock, &kernel.random);
                    if status == MentorStatus::Approved {
                        outbox::publish(&mut tx, clock, random, &MentorProfileChanged { mentor: user }).await?;
                    } else if before.is_none_or(|before| before.status != MentorStatus::Applied) {
                        outbox::publish(&mut tx, clock, random, &MentorApplied { mentor: user }).await?;
                    }
                    store::application(&mut tx, user).await?.ok_or(MentorsError::MentorUnknown)
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(application)
    }

    /// What `user` said about themselves and what became of it; None for people who never applied.
    pub async fn application(&self, user: UserId) -> Result<Option<Application>, MentorsError> {
        Ok(store::application(&mut *self.kernel.db.read().await?, user).await?)
    }

    /// Applications in one state, who waits longest first; the second part is where the next page starts.
    pub async fn applications(
        &self,
        status: MentorStatus,
        after: Option<(Timestamp, UserId)>,
        limit: u16,
    ) -> Result<(Vec<Application>, Option<(Timestamp, UserId)>), MentorsError> {
        let after = after.map_or((Timestamp(-1), None), |(at, user)| (at, Some(user)));
        let mut conn = self.kernel.db.read().await?;
        let mut items = store::applications(&mut conn, status, after, i64::from(limit) + 1).await?;
        let more = items.len() > usize::from(limit);
        items.truncate(usize::from(limit));
        let last = items.last().filter(|_| more);
        let next = last.and_then(|last| Some((last.applied_at?, last.user)));
        Ok((items, next))
    }

    /// Decides an application, once.
    pub async fn decide(&self, applicant: UserId, decision: Decision) -> Result<Application, MentorsError> {
        let reason = match &decision {
            Decision::Approve(_) => None,
            Decision::Decline(typed) => {
                Some(rules::reason(typed).map_err(|mistake| MentorsError::Invalid(vec![mistake]))?)
            }
        };
        let version = match decision {
            Decision::Approve(version) => Some(version),
            Decision::Decline(_) => None,
        };
        let (kernel, reason) = (&self.kernel, reason.as_deref());
        let now = kernel.clock.now();
        let application = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let status = if reason.is_some() { MentorStatus::Declined } else { MentorStatus::Approved };
                    let decided = store::decide(&mut tx, applicant, status, reason, version, now).await?;
                    let application = store::application(&mut tx, applicant).await?;
                    let application = application.ok_or(MentorsError::MentorUnknown)?;
                    if !decided && application.status == MentorStatus::Applied {
                        return Err(MentorsError::ApplicationChanged);
                    }
                    if !decided {
                        return Err(MentorsError::AlreadyDecided);
                    }
                    let (clock, random) = (&kernel.clock, &kernel.random);
                    match reason {
                        None => {
                            outbox::publish(&mut tx, clock, random, &MentorApproved { mentor: applicant }).await?;
                        }
                        Some(reason) => {
                            let fact = MentorDeclined { mentor: applicant, reason: reason.to_owned() };
                            outbox::publish(&mut tx, clock, random, &fact).await?;
                        }
                    }
                    Ok(application)
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(application)
    }

    /// Makes somebody no longer a mentor: their page is gone, and what is booked with them stays.
    pub async fn withdraw(&self, mentor: UserId, reason: &str) -> Result<Application, MentorsError> {
        let reason = &rules::reason(reason).map_err(|mistake| MentorsError::Invalid(vec![mistake]))?;
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        let withdrawn = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let done = store::withdraw(&mut tx, mentor, reason, now).await?;
                    let application = store::application(&mut tx, mentor).await?;
                    let application = application.ok_or(MentorsError::MentorUnknown)?;
                    if !done {
                        return Err(MentorsError::NotApproved);
                    }
                    let fact = MentorWithdrawn { mentor, reason: reason.clone() };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok(application)
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(withdrawn)
    }

    /// Takes somebody off who deleted their account: their page is gone, and what they said of themselves.
    pub async fn depart(&self, user: UserId) -> Result<(), sqlx::Error> {
        let kernel = &self.kernel;
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if store::depart(&mut tx, user).await? {
                        let fact = MentorProfileChanged { mentor: user };
                        outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    }
                    Ok::<_, sqlx::Error>(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(())
    }

    /// The mentor whose public page is at `slug`.
    pub async fn public_mentor(&self, slug: &str) -> Result<PublicMentor, MentorsError> {
        // Nothing else is an address; the database need not see it.
        if !slug.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-') {
            return Err(MentorsError::MentorUnknown);
        }
        store::by_slug(&mut *self.kernel.db.read().await?, slug).await?.ok_or(MentorsError::MentorUnknown)
    }

    /// Up to `limit` addresses of public pages, in their order, after the one at `after`.
    pub async fn public_slugs(&self, after: &str, limit: i64) -> Result<Vec<String>, sqlx::Error> {
        store::public_slugs(&mut *self.kernel.db.read().await?, after, limit).await
    }

    /// The last address of each full part of so many public pages that more come after, in order.
    pub async fn slug_parts(&self, size: i64) -> Result<Vec<String>, sqlx::Error> {
        store::slug_parts(&mut *self.kernel.db.read().await?, size).await
    }

    /// The public mentors among `users`, in the order of `users`.
    pub async fn public_among(&self, users: &[UserId]) -> Result<Vec<PublicMentor>, sqlx::Error> {
        let mut found = store::public_among(&mut *self.kernel.db.read().await?, users).await?;
        found.sort_by_key(|mentor| users.iter().position(|user| *user == mentor.id));
        Ok(found)
    }

    /// Public mentors by id, from the one after `after` on: for work that goes through all of them.
    pub async fn public_after(&self, after: Option<UserId>, limit: u16) -> Result<Vec<PublicMentor>, sqlx::Error> {
        let after = after.map(|user| user.to_string()).unwrap_or_default();
        store::public_after(&mut *self.kernel.db.read().await?, &after, i64::from(limit)).await
    }
}
