//! Writes the letters of accounts.

use super::events::{
    AccountErased, ConfirmationWanted, EmailChanged, PasswordChanged, PasswordResetWanted, SecurityChanged,
};
use super::letters::Sender;
use super::links::{Purpose, Secret};
use super::model::User;
use super::{Accounts, rules, store};
use crate::kernel::clock::Timestamp;
use crate::kernel::mail::Mailer;
use crate::kernel::outbox::{Event, Fact, Handler, HandlerError};

const KINDS: &[&str] = &[
    ConfirmationWanted::KIND,
    PasswordResetWanted::KIND,
    PasswordChanged::KIND,
    EmailChanged::KIND,
    SecurityChanged::KIND,
    AccountErased::KIND,
];

/// Hearing twice writes twice, with a link of its own each: both work until one is used.
pub(super) fn letters(accounts: &Accounts, mailer: &Mailer) -> Handler {
    let (accounts, mailer) = (accounts.clone(), mailer.clone());
    let work = move |event| {
        let (accounts, mailer) = (accounts.clone(), mailer.clone());
        async move { write(&accounts, &mailer, event).await }
    };
    Handler::new("accounts.letters", KINDS, work).talks_to_others()
}

async fn write(accounts: &Accounts, mailer: &Mailer, event: Event) -> Result<(), HandlerError> {
    let kernel = &accounts.kernel;
    let site = &kernel.config.name;
    let sender = |origin| Sender { site, origin };
    let find = async |id| {
        let found = store::user(&mut *kernel.db.read().await?, id).await?;
        // Who has left is not written to, whatever they asked for before.
        Ok::<_, sqlx::Error>(found.filter(|user| !user.email.is_empty()))
    };
    if let Some(wanted) = event.read::<ConfirmationWanted>()? {
        let Some(user) = find(wanted.user).await? else { return Ok(()) };
        let own = user.email.to_lowercase() == wanted.email.to_lowercase();
        if own && user.email_verified {
            return Ok(());
        }
        let purpose = if own { Purpose::Verify } else { Purpose::Change };
        let secret = link(accounts, &user, purpose, &wanted.email, event.occurred_at).await?;
        let letter = sender(&wanted.origin).confirmation(&user.display_name, purpose, &secret);
        return mailer.deliver(event.id, &wanted.email, &letter).await;
    }
    if let Some(wanted) = event.read::<PasswordResetWanted>()? {
        let Ok(email) = rules::email(&wanted.email) else { return Ok(()) };
        let found = store::user_by_email(&mut *kernel.db.read().await?, &email).await?;
        let Some((user, _)) = found else { return Ok(()) };
        let secret = link(accounts, &user, Purpose::Reset, &user.email, event.occurred_at).await?;
        let letter = sender(&wanted.origin).password_reset(&user.display_name, &secret);
        return mailer.deliver(event.id, &user.email, &letter).await;
    }
    if let Some(changed) = event.read::<PasswordChanged>()? {
        let Some(user) = find(changed.user).await? else { return Ok(()) };
        let letter = sender("").password_changed(&user.display_name);
        return mailer.deliver(event.id, &user.email, &letter).await;
    }
    if let Some(changed) = event.read::<EmailChanged>()? {
        let Some(user) = find(changed.user).await? else { return Ok(()) };
        let letter = sender("").email_changed(&user.display_name);
        return mailer.deliver(event.id, &changed.old_email, &letter).await;
    }
    if let Some(changed) = event.read::<SecurityChanged>()? {
        let Some(user) = find(changed.user).await? else { return Ok(()) };
        let letter = sender("").security_changed(&user.display_name, &changed.what);
        return mailer.deliver(event.id, &user.email, &letter).await;
    }
    if let Some(erased) = event.read::<AccountErased>()? {
        let letter = sender("").account_erased(&erased.display_name);
        return mailer.deliver(event.id, &erased.email, &letter).await;
    }
    Ok(())
}

/// Stores a new link. It expires counted from when it was asked for: a letter that waited long brings a dead one.
async fn link(
    accounts: &Accounts,
    user: &User,
    purpose: Purpose,
    email: &str,
    asked_at: Timestamp,
) -> Result<Secret, sqlx::Error> {
    let kernel = &accounts.kernel;
    let secret = Secret::draw(&kernel.random);
    let (hash, id, now) = (&secret.hash(), user.id, kernel.clock.now());
    let expires_at = asked_at.plus(purpose.lifetime());
    kernel
        .db
        .write(|mut tx| {
            Box::pin(async move { store::insert_link(&mut tx, hash, id, purpose, email, expires_at, now).await })
        })
        .await?;
    Ok(secret)
}
