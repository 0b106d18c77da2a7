//! Deleting an account: what is somebody's alone goes at once, and their logins with it.

use super::error::AccountsError;
use super::events::AccountErased;
use super::extract::LoggedIn;
use super::{Accounts, store};
use crate::kernel::outbox;

impl Accounts {
    /// Erases who has just proved who they are. Their row stays as nobody's, since what they did with others refers to
    /// it; other domains hear of it and let go of them too. `origin` is what links in letters start with.
    pub async fn erase(&self, me: &LoggedIn, origin: &str) -> Result<(), AccountsError> {
        self.require_proof(me).await?;
        let (kernel, user) = (&self.kernel, me.user.id);
        let now = kernel.clock.now();
        let fact = &AccountErased {
            user,
            email: me.user.email.clone(),
            display_name: me.user.display_name.clone(),
            origin: origin.to_owned(),
        };
        let (ended, picture) = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let picture = store::picture(&mut tx, user).await?;
                    if !store::erase(&mut tx, user, now).await? {
                        return Err(AccountsError::UserUnknown);
                    }
                    let ended = self.end_logins(&mut tx, user, None).await?;
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, fact).await?;
                    Ok((ended, picture))
                })
            })
            .await?;
        if let Some(picture) = picture {
            self.pictures.remove(&picture).await;
        }
        self.logins_ended(user, &ended);
        Ok(())
    }
}
