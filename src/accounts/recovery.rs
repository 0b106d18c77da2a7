//! Addresses and passwords: proving, changing and regaining them.

use std::net::IpAddr;

use super::error::AccountsError;
use super::events::{ConfirmationWanted, EmailChanged, LoginRevoked, PasswordChanged, PasswordResetWanted};
use super::extract::LoggedIn;
use super::links::{self, Purpose};
use super::model::User;
use super::{Accounts, Device, rules, store};
use crate::kernel::db::{Tx, is_unique_violation};
use crate::kernel::ids::{LoginId, UserId};
use crate::kernel::outbox;

/// What opening a link from a letter did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// The address that is the person's now.
    pub email: String,
}

impl Accounts {
    /// Sends the letter that proves the person's address once more.
    pub async fn resend_confirmation(&self, user: &User, device: &Device) -> Result<(), AccountsError> {
        if user.email_verified {
            return Err(AccountsError::AlreadyVerified);
        }
        self.limit_letters(&user.email.to_lowercase(), device.ip)?;
        let (email, origin) = (user.email.clone(), device.origin.clone());
        self.publish(ConfirmationWanted { user: user.id, email, origin }).await
    }

    /// Sends a letter to the address someone wants to have instead; until its link is opened nothing changes.
    pub async fn ask_email_change(
        &self,
        me: &LoggedIn,
        email: &str,
        password: String,
        device: &Device,
    ) -> Result<(), AccountsError> {
        let email = rules::email(email).map_err(|mistake| AccountsError::Invalid(vec![mistake]))?;
        self.require_password(me, password, device).await?;
        let found = store::user_by_email(&mut *self.kernel.db.read().await?, &email).await?;
        if found.is_some() {
            return Err(AccountsError::EmailTaken);
        }
        self.limit_letters(&email.key(), device.ip)?;
        let origin = device.origin.clone();
        self.publish(ConfirmationWanted { user: me.user.id, email: email.0, origin }).await
    }

    /// Opens a link that says whose an address is. Works without a login: letters are read on other devices.
    pub async fn confirm_email(&self, secret: &str) -> Result<Confirmed, AccountsError> {
        let kernel = &self.kernel;
        let (hash, now) = (&links::hash(secret), kernel.clock.now());
        let opened = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let opened = store::take_link(&mut tx, hash, now).await?.ok_or(AccountsError::LinkInvalid)?;
                    match opened.purpose {
                        Purpose::Reset => return Err(AccountsError::LinkInvalid),
                        Purpose::Verify => {
                            if !store::verify_email(&mut tx, opened.user, &opened.email.to_lowercase(), now).await? {
                                return Err(AccountsError::LinkInvalid);
                            }
                        }
                        Purpose::Change => {
                            let before = store::user(&mut tx, opened.user).await?.ok_or(AccountsError::LinkInvalid)?;
                            let email = rules::email(&opened.email).map_err(|_| AccountsError::LinkInvalid)?;
                            store::change_email(&mut tx, opened.user, &email, now).await.map_err(taken)?;
                            // What was sent to the old address proves nothing any more.
                            store::forget_links(&mut tx, opened.user, Purpose::Reset).await?;
                            store::forget_links(&mut tx, opened.user, Purpose::Change).await?;
                            let fact = EmailChanged { user: opened.user, old_email: before.email };
                            outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                        }
                    }
                    store::forget_links(&mut tx, opened.user, Purpose::Verify).await?;
                    Ok(opened)
                })
            })
            .await?;
        self.cache.forget_user(opened.user);
        kernel.outbox.now();
        Ok(Confirmed { email: opened.email })
    }

    /// Sends a link for a new password, if there is such an account. Whoever asks learns nothing, neither by the answer
    /// nor by how long it takes: the account is looked for later.
    pub async fn ask_password_reset(&self, email: &str, device: &Device) -> Result<(), AccountsError> {
        let email = rules::email(email).map_err(|mistake| AccountsError::Invalid(vec![mistake]))?;
        let now = self.kernel.clock.now();
        self.limit(self.limits.letters_per_ip.take(now, device.ip))?;
        // Beyond this their mailbox holds letters enough, and each works: nobody is kept from them by others' asking.
        if self.limits.letters_per_address.take(now, email.key()).is_err() {
            return Ok(());
        }
        self.publish(PasswordResetWanted { email: email.0, origin: device.origin.clone() }).await
    }

    /// Sets a new password by a link from a letter, and ends every login.
    pub async fn reset_password(&self, secret: &str, password: String, device: &Device) -> Result<(), AccountsError> {
        let kernel = &self.kernel;
        let (link, now) = (&links::hash(secret), kernel.clock.now());
        self.limit(self.limits.log_in_per_ip.take(now, device.ip))?;
        let password = rules::password(password).map_err(|mistake| AccountsError::Invalid(vec![mistake]))?;
        // Hashing is work: not for links that are none.
        if !store::has_link(&mut *kernel.db.read().await?, link, Purpose::Reset, now).await? {
            return Err(AccountsError::LinkInvalid);
        }
        let hash = &self.passwords.hash(password).await?;
        let (user, ended) = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let opened = store::take_link(&mut tx, link, now).await?.ok_or(AccountsError::LinkInvalid)?;
                    if opened.purpose != Purpose::Reset {
                        return Err(AccountsError::LinkInvalid);
                    }
                    store::forget_links(&mut tx, opened.user, Purpose::Reset).await?;
                    store::set_password(&mut tx, opened.user, hash).await?;
                    // They have read a letter sent there.
                    store::verify_email(&mut tx, opened.user, &opened.email.to_lowercase(), now).await?;
                    let ended = self.end_logins(&mut tx, opened.user, None).await?;
                    let fact = PasswordChanged { user: opened.user };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok((opened.user, ended))
                })
            })
            .await?;
        self.logins_ended(user, &ended);
        Ok(())
    }

    /// Sets another password for someone who knows the old one, and ends their other logins.
    pub async fn change_password(
        &self,
        me: &LoggedIn,
        current: String,
        new: String,
        device: &Device,
    ) -> Result<(), AccountsError> {
        let kernel = &self.kernel;
        let new = rules::password(new).map_err(|mistake| AccountsError::Invalid(vec![mistake]))?;
        self.require_password(me, current, device).await?;
        let hash = &self.passwords.hash(new).await?;
        let (user, login) = (me.user.id, me.login);
        let ended = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    store::set_password(&mut tx, user, hash).await?;
                    store::forget_links(&mut tx, user, Purpose::Reset).await?;
                    let ended = self.end_logins(&mut tx, user, Some(login)).await?;
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &PasswordChanged { user }).await?;
                    Ok::<_, AccountsError>(ended)
                })
            })
            .await?;
        self.logins_ended(user, &ended);
        Ok(())
    }

    /// Ends every login of the person but the one that asks. Says how many.
    pub async fn revoke_others(&self, me: &LoggedIn) -> Result<usize, AccountsError> {
        let (user, login) = (me.user.id, me.login);
        let ended = self
            .kernel
            .db
            .write(|mut tx| {
                Box::pin(async move { Ok::<_, AccountsError>(self.end_logins(&mut tx, user, Some(login)).await?) })
            })
            .await?;
        self.logins_ended(user, &ended);
        Ok(ended.len())
    }

    /// For what a borrowed phone must not be enough for. Counted like log-ins.
    pub(super) async fn require_password(
        &self,
        me: &LoggedIn,
        password: String,
        device: &Device,
    ) -> Result<(), AccountsError> {
        let now = self.kernel.clock.now();
        self.limit(self.limits.log_in_per_account.take(now, (me.user.email.to_lowercase(), device.ip)))?;
        let hash = store::password_hash(&mut *self.kernel.db.read().await?, me.user.id).await?;
        if self.passwords.verify(password, hash).await? { Ok(()) } else { Err(AccountsError::PasswordWrong) }
    }

    fn limit_letters(&self, email_key: &str, ip: IpAddr) -> Result<(), AccountsError> {
        let now = self.kernel.clock.now();
        self.limit(self.limits.letters_per_ip.take(now, ip))?;
        self.limit(self.limits.letters_per_address.take(now, email_key.to_owned()))
    }

    async fn publish<F: outbox::Fact + Sync>(&self, fact: F) -> Result<(), AccountsError> {
        let (kernel, fact) = (&self.kernel, &fact);
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move { outbox::publish(&mut tx, &kernel.clock, &kernel.random, fact).await })
            })
            .await?;
        kernel.outbox.now();
        Ok(())
    }

    pub(super) async fn end_logins(
        &self,
        tx: &mut Tx<'_, '_>,
        user: UserId,
        but: Option<LoginId>,
    ) -> Result<Vec<LoginId>, sqlx::Error> {
        let kernel = &self.kernel;
        let ended = store::revoke_all(tx, user, but, kernel.clock.now()).await?;
        for &login in &ended {
            outbox::publish(tx, &kernel.clock, &kernel.random, &LoginRevoked { login, user }).await?;
        }
        Ok(ended)
    }

    pub(super) fn logins_ended(&self, user: UserId, ended: &[LoginId]) {
        self.cache.forget_user(user);
        for &login in ended {
            self.cache.forget(login);
        }
        self.kernel.outbox.now();
    }
}

fn taken(error: sqlx::Error) -> AccountsError {
    if is_unique_violation(&error) { AccountsError::EmailTaken } else { AccountsError::Database(error) }
}
