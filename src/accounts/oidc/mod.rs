//! Signing in by another provider (OpenID Connect Core 1.0): authorization code with PKCE, state and nonce.
//!
//! Who somebody is at a provider is their `sub`, never their address. An attempt is a signed cookie of the browser that
//! began it, so that nobody can be signed in to another's account by a link.

mod attempt;
mod provider;
mod routes;
mod token;

use std::sync::Arc;

pub(super) use attempt::KEPT as ATTEMPT_KEPT;
pub(super) use provider::Providers;
pub(super) use routes::routes;

use super::error::AccountsError;
use super::extract::LoggedIn;
use super::factors::Entry;
use super::model::{DisplayName, Email, Identity, User};
use super::store::Inserted;
use super::{Accounts, Address, Device, Locale, rules, store};
use crate::kernel::error::{FieldProblem, Problem};
use crate::kernel::ids::UserId;
use attempt::Attempt;
use axum::http::StatusCode;
use token::IdClaims;

/// Why somebody did not get in by another provider.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    #[error("no such provider")]
    ProviderUnknown,
    /// It does not answer, or not as a provider does.
    #[error("the provider does not answer: {0}")]
    ProviderUnavailable(String),
    /// Another browser's, too old, or none.
    #[error("this sign-in was not begun here")]
    AttemptInvalid,
    /// The person or the provider said no.
    #[error("the provider did not let them in")]
    Denied,
    #[error("the provider's answer is not sound: {0}")]
    TokenInvalid(&'static str),
    #[error("the provider does not vouch for the address")]
    EmailUnverified,
    /// There is an account with the address that nobody has confirmed.
    #[error("an account that is not confirmed has this address")]
    AccountUnverified,
    #[error("another account is linked to this identity")]
    IdentityTaken,
    /// Without it they could not sign in any more.
    #[error("the last way to sign in")]
    LastWay,
}

impl From<OidcError> for Problem {
    fn from(error: OidcError) -> Self {
        let (status, code, detail) = match &error {
            OidcError::ProviderUnknown => return Problem::not_found(),
            OidcError::ProviderUnavailable(reason) => {
                tracing::warn!(reason, "a sign-in provider does not answer");
                (
                    StatusCode::BAD_GATEWAY,
                    "provider_unavailable",
                    "The provider does not answer. Try again, or sign in with your password.",
                )
            }
            OidcError::AttemptInvalid => (
                StatusCode::BAD_REQUEST,
                "attempt_invalid",
                "This sign-in was begun elsewhere, or long ago. Start again.",
            ),
            OidcError::Denied => (StatusCode::FORBIDDEN, "provider_denied", "The provider did not let you in."),
            OidcError::TokenInvalid(reason) => {
                tracing::warn!(reason, "a sign-in provider's answer was refused");
                (StatusCode::FORBIDDEN, "provider_answer_refused", "The provider's answer is not sound. Start again.")
            }
            OidcError::EmailUnverified => (
                StatusCode::FORBIDDEN,
                "provider_email_unverified",
                "The provider does not know whether your e-mail address is yours. Confirm it there first.",
            ),
            OidcError::AccountUnverified => (
                StatusCode::CONFLICT,
                "account_unverified",
                "There is an account with this address that was never confirmed. Choose a new password for it, then \
                 sign in that way.",
            ),
            OidcError::IdentityTaken => {
                (StatusCode::CONFLICT, "identity_taken", "This identity belongs to another account here.")
            }
            OidcError::LastWay => (
                StatusCode::CONFLICT,
                "last_way_in",
                "Set a password or add a passkey first, or you could not sign in any more.",
            ),
        };
        Problem::new(status, code, detail)
    }
}

/// Where to send the browser, and what it must bring back.
pub(super) struct Begun {
    pub(super) url: String,
    pub(super) cookie: String,
}

/// What the provider sent the browser back with.
pub(super) struct Returned {
    pub(super) state: String,
    /// None when the person or the provider said no.
    pub(super) code: Option<String>,
    /// RFC 9207: whose answer it is, where providers say.
    pub(super) issuer: Option<String>,
}

impl Accounts {
    /// Begins to sign in, or to link an identity to who is signed in.
    pub(super) async fn begin(
        &self,
        provider: &str,
        device: &Device,
        me: Option<&LoggedIn>,
    ) -> Result<Begun, AccountsError> {
        self.limit(self.limits.log_in_per_ip.take(self.kernel.clock.now(), device.ip))?;
        let provider = self.providers.find(provider).ok_or(OidcError::ProviderUnknown)?;
        if let Some(me) = me
            && self.identities(me.user.id).await?.iter().all(|linked| linked.provider != provider.id)
        {
            // Another way in, for good.
            self.require_proof(me).await?;
        }
        let attempt = Attempt::draw(&self.kernel, provider.id, me.map(|me| me.user.id));
        let url = provider.authorization_url(&self.kernel.clock, &attempt, &redirect(&device.origin)).await?;
        Ok(Begun { url, cookie: attempt.seal(&self.kernel) })
    }

    /// Ends what [`begin`](Self::begin) began: signs in (making an account for those who have none), or links.
    pub(super) async fn finish(
        &self,
        cookie: &str,
        returned: Returned,
        device: Device,
        me: Option<&LoggedIn>,
        locale: Locale,
    ) -> Result<Entry, AccountsError> {
        self.limit(self.limits.log_in_per_ip.take(self.kernel.clock.now(), device.ip))?;
        let attempt = Attempt::open(&self.kernel, cookie).ok_or(OidcError::AttemptInvalid)?;
        if attempt.state != returned.state || attempt.link != me.map(|me| me.user.id) {
            return Err(OidcError::AttemptInvalid.into());
        }
        let provider = self.providers.find(&attempt.provider).ok_or(OidcError::ProviderUnknown)?;
        if returned.issuer.is_some_and(|issuer| *issuer != *provider.issuer) {
            return Err(OidcError::TokenInvalid("another issuer answered").into());
        }
        let code = returned.code.ok_or(OidcError::Denied)?;
        let claims = provider.redeem(&self.kernel.clock, &attempt, &redirect(&device.origin), code).await?;
        let issuer = Arc::clone(&provider.issuer);
        let user = match attempt.link {
            Some(user) => self.link(user, &issuer, &claims).await?,
            None => self.who_is(&issuer, &claims, locale).await?,
        };
        self.enter(user, device).await
    }

    /// The identities linked to an account.
    pub(super) async fn identities(&self, user: UserId) -> Result<Vec<Identity>, AccountsError> {
        let rows = store::identities(&mut *self.kernel.db.read().await?, user).await?;
        let named = rows.into_iter().filter_map(|(issuer, email)| {
            let provider = self.providers.by_issuer(&issuer)?;
            Some(Identity { provider: provider.id.to_owned(), name: provider.name.clone(), email })
        });
        Ok(named.collect())
    }

    /// Takes a provider off an account, unless it is the last way in.
    pub(super) async fn unlink(&self, me: &LoggedIn, provider: &str) -> Result<(), AccountsError> {
        self.require_proof(me).await?;
        let user = me.user.id;
        let issuer = Arc::clone(&self.providers.find(provider).ok_or(OidcError::ProviderUnknown)?.issuer);
        let issuer = &issuer;
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let linked = store::identities(&mut tx, user).await?;
                    let theirs = linked.iter().filter(|(other, _)| *other == **issuer).count();
                    let theirs = i64::try_from(theirs).unwrap_or(i64::MAX);
                    if theirs > 0 && !store::factors(&mut tx, user).await?.leave_a_way_in(0, theirs) {
                        return Err(OidcError::LastWay.into());
                    }
                    Ok::<_, AccountsError>(store::delete_identity(&mut tx, user, issuer).await?)
                })
            })
            .await
    }

    async fn link(&self, user: UserId, issuer: &str, claims: &IdClaims) -> Result<User, AccountsError> {
        let now = self.kernel.clock.now();
        let (subject, email) = (&claims.sub, claims.email.as_deref().unwrap_or_default());
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    store::insert_identity(&mut tx, issuer, subject, user, email, now).await?;
                    match store::user_by_identity(&mut tx, issuer, subject).await? {
                        Some(owner) if owner.id == user => Ok(owner),
                        _ => Err(OidcError::IdentityTaken.into()),
                    }
                })
            })
            .await
    }

    async fn who_is(&self, issuer: &str, claims: &IdClaims, locale: Locale) -> Result<User, AccountsError> {
        if let Some(user) = store::user_by_identity(&mut *self.kernel.db.read().await?, issuer, &claims.sub).await? {
            return Ok(user);
        }
        if !claims.email_verified {
            return Err(OidcError::EmailUnverified.into());
        }
        let email = claims.email.as_deref().and_then(|email| rules::email(email).ok());
        let email = email.ok_or(OidcError::EmailUnverified)?;
        match store::user_by_email(&mut *self.kernel.db.read().await?, &email).await? {
            // Both sides know whose the address is.
            Some((user, _)) if user.email_verified => self.link(user.id, issuer, claims).await,
            // Whoever made it may not be who reads that mailbox.
            Some(_) => Err(OidcError::AccountUnverified.into()),
            None => self.welcome(issuer, claims, &email, locale).await,
        }
    }

    /// An account for somebody who has none, with nobody's password.
    async fn welcome(
        &self,
        issuer: &str,
        claims: &IdClaims,
        email: &Email,
        locale: Locale,
    ) -> Result<User, AccountsError> {
        let name = display_name(claims, email);
        let user = &self.new_user(email, &name, Address::Vouched, locale).0;
        let now = self.kernel.clock.now();
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if store::insert_user(&mut tx, user, email, "", now).await? == Inserted::Taken {
                        return Err(AccountsError::EmailTaken);
                    }
                    store::insert_identity(&mut tx, issuer, &claims.sub, user.id, &email.0, now).await?;
                    match store::user_by_identity(&mut tx, issuer, &claims.sub).await? {
                        Some(owner) if owner.id == user.id => Ok(owner),
                        _ => Err(OidcError::IdentityTaken.into()),
                    }
                })
            })
            .await
    }
}

/// What the provider calls them, made to fit.
fn display_name(claims: &IdClaims, email: &Email) -> DisplayName {
    let fit = |text: &str| {
        let text: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
        rules::display_name(&text)
    };
    let local = email.0.split('@').next().unwrap_or_default();
    let name =
        claims.name.as_deref().map_or_else(|| fit(local), |name| fit(name).or_else(|_: FieldProblem| fit(local)));
    name.unwrap_or_else(|_| DisplayName("Someone".to_owned()))
}

/// Where providers send people back to: a page of ours, which asks the API to finish.
fn redirect(origin: &str) -> String {
    format!("{origin}/sign-in/callback")
}
