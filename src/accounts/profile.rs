//! What people say of themselves: name, language, zone, picture.

use bytes::Bytes;

use super::error::AccountsError;
use super::events::DisplayNameChanged;
use super::model::User;
use super::{Accounts, collect, rules, store};
use crate::kernel::ids::UserId;
use crate::kernel::outbox;

/// As it was typed; None is "what the browser says".
pub struct TypedProfile {
    pub display_name: String,
    pub language: Option<String>,
    pub time_zone: Option<String>,
}

impl Accounts {
    /// Saves all of it, or says everything that is wrong with it.
    pub async fn save_profile(&self, user: UserId, typed: TypedProfile) -> Result<User, AccountsError> {
        let mut mistakes = Vec::new();
        let display_name = collect(&mut mistakes, rules::display_name(&typed.display_name));
        let language = collect(&mut mistakes, typed.language.as_deref().map(rules::language).transpose());
        let time_zone = collect(&mut mistakes, typed.time_zone.as_deref().map(rules::time_zone).transpose());
        let (Some(display_name), Some(language), Some(time_zone)) = (display_name, language, time_zone) else {
            return Err(AccountsError::Invalid(mistakes));
        };
        let kernel = &self.kernel;
        let (name, language, time_zone) = (&display_name, language.as_deref(), time_zone.as_deref());
        let saved = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let before = store::user(&mut tx, user).await?.ok_or(AccountsError::UserUnknown)?;
                    store::save_profile(&mut tx, user, name, language, time_zone).await?;
                    if before.display_name != name.0 {
                        outbox::publish(&mut tx, &kernel.clock, &kernel.random, &DisplayNameChanged { user }).await?;
                    }
                    store::user(&mut tx, user).await?.ok_or(AccountsError::UserUnknown)
                })
            })
            .await?;
        self.cache.forget_user(user);
        kernel.outbox.now();
        Ok(saved)
    }

    /// Gives the person the picture in `upload`.
    pub async fn save_picture(&self, user: UserId, upload: Bytes) -> Result<User, AccountsError> {
        self.limit(self.limits.pictures.take(self.kernel.clock.now(), user))?;
        let name = self.kernel.random.text::<16>();
        self.pictures.store(upload, name.clone()).await?;
        self.set_picture(user, Some(&name)).await
    }

    /// Takes the person's picture away; without one it stays so.
    pub async fn remove_picture(&self, user: UserId) -> Result<User, AccountsError> {
        self.set_picture(user, None).await
    }

    /// A picture by its name, as JPEG.
    pub async fn picture(&self, name: &str) -> Option<Vec<u8>> {
        self.pictures.read(name).await
    }

    async fn set_picture(&self, user: UserId, name: Option<&str>) -> Result<User, AccountsError> {
        let (before, saved) = self
            .kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let before = store::picture(&mut tx, user).await?;
                    store::set_picture(&mut tx, user, name).await?;
                    let saved = store::user(&mut tx, user).await?.ok_or(AccountsError::UserUnknown)?;
                    Ok::<_, AccountsError>((before, saved))
                })
            })
            .await?;
        self.cache.forget_user(user);
        if let Some(before) = before {
            self.pictures.remove(&before).await;
        }
        Ok(saved)
    }
}
