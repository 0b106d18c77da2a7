//! Passkeys (WebAuthn): a way in by themselves, or the step after the password.
//!
//! A challenge is a signed token that comes back with the answer and is good for one; whoever signs in by a passkey alone
//! must have been verified by it (PIN, finger), which makes it two factors at once.

mod ceremony;
mod key;
mod model;
mod routes;
#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

pub(super) use model::{Assertion, CredentialDescriptor, Passkey, StoredPasskey};
pub(super) use routes::routes;

use super::error::AccountsError;
use super::events::{SecurityChange, SecurityChanged};
use super::extract::LoggedIn;
use super::model::Authenticated;
use super::{Accounts, Device, rules, store};
use crate::kernel::error::Problem;
use crate::kernel::ids::{PasskeyId, UserId};
use crate::kernel::outbox;
use crate::kernel::secrets::Audience;
use ceremony::{Expected, Unsound, UserVerification, decode, encode};
use model::{
    AuthenticatorSelection, CreationOptions, CredentialParameters, Registration, RelyingParty, RequestOptions,
    UserEntity,
};

/// How long people may look for their key (WebAuthn §15.1 recommends five minutes).
const KEPT: Duration = Duration::from_secs(300);
/// More keys than anyone carries.
const MAX_PASSKEYS: i64 = 20;
const MAX_TRANSPORTS: usize = 8;

/// Why a passkey did not do.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// Too old, used already, or of another ceremony.
    #[error("this ceremony is over")]
    CeremonyOver,
    #[error("the authenticator's answer is not sound: {0}")]
    Refused(String),
    /// Removed here, or never registered.
    #[error("no such passkey")]
    Unknown,
    #[error("no such passkey of this person")]
    NotYours,
    /// Somebody without one wants to be asked for it.
    #[error("there is no passkey to ask for")]
    Missing,
    #[error("this authenticator has a passkey of this account")]
    Exists,
    /// It counted back: there are two of it.
    #[error("this passkey was copied")]
    Copied,
    #[error("no more passkeys fit")]
    TooMany,
    /// Passkeys belong to host names (WebAuthn §5.1.2), not to addresses.
    #[error("passkeys need a host name")]
    HostUnfit,
}

impl From<Unsound> for AccountsError {
    fn from(unsound: Unsound) -> Self {
        PasskeyError::Refused(unsound.to_string()).into()
    }
}

impl From<PasskeyError> for Problem {
    fn from(error: PasskeyError) -> Self {
        let (status, code, detail) = match &error {
            PasskeyError::NotYours => return Problem::not_found(),
            PasskeyError::CeremonyOver => {
                (StatusCode::BAD_REQUEST, "ceremony_over", "This took too long, or was done already. Try again.")
            }
            PasskeyError::Refused(reason) => {
                tracing::warn!(reason, "a passkey's answer was refused");
                (StatusCode::FORBIDDEN, "passkey_refused", "The passkey's answer is not sound. Try again.")
            }
            PasskeyError::Unknown => (
                StatusCode::FORBIDDEN,
                "passkey_unknown",
                "This passkey belongs to no account here. It may have been removed in the settings.",
            ),
            PasskeyError::Missing => (StatusCode::CONFLICT, "passkey_missing", "Add a passkey first."),
            PasskeyError::Exists => {
                (StatusCode::CONFLICT, "passkey_exists", "This passkey is registered here already.")
            }
            PasskeyError::Copied => (
                StatusCode::FORBIDDEN,
                "passkey_copied",
                "This passkey seems to have been copied. Sign in another way and remove it.",
            ),
            PasskeyError::TooMany => {
                (StatusCode::CONFLICT, "too_many_passkeys", "An account has at most 20 passkeys. Remove one first.")
            }
            PasskeyError::HostUnfit => (
                StatusCode::CONFLICT,
                "passkeys_unavailable",
                "Passkeys work where this server has a host name, not at a bare address.",
            ),
        };
        Problem::new(status, code, detail)
    }
}

/// What a ceremony is for: an answer to one is none to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub(super) enum Purpose {
    Register {
        user: UserId,
    },
    /// By the passkey alone.
    LogIn,
    SecondStep {
        user: UserId,
    },
    Proof {
        user: UserId,
    },
}

#[derive(Serialize, Deserialize)]
struct CeremonyClaims {
    challenge: String,
    rp_id: String,
    #[serde(flatten)]
    purpose: Purpose,
}

/// What the browser is to do, and what it sends back with what came of it.
pub(super) struct Begun<Options> {
    ceremony: String,
    options: Options,
}

impl Accounts {
    pub(super) async fn passkeys(&self, user: UserId) -> Result<Vec<Passkey>, AccountsError> {
        Ok(store::passkeys(&mut *self.kernel.db.read().await?, user).await?)
    }

    /// Begins to register a passkey.
    async fn begin_passkey(&self, me: &LoggedIn, device: &Device) -> Result<Begun<CreationOptions>, AccountsError> {
        self.require_proof(me).await?;
        let user = &me.user;
        let existing = store::credentials(&mut *self.kernel.db.read().await?, user.id).await?;
        let (ceremony, challenge, rp_id) = self.begin_ceremony(Purpose::Register { user: user.id }, device)?;
        let params = key::ALGORITHMS.map(|alg| CredentialParameters { kind: "public-key", alg });
        let options = CreationOptions {
            rp: RelyingParty { id: rp_id, name: self.kernel.config.name.clone() },
            user: UserEntity {
                id: user_handle(user.id),
                name: user.email.clone(),
                display_name: user.display_name.clone(),
            },
            challenge,
            pub_key_cred_params: params.into(),
            timeout: u64::try_from(KEPT.as_millis()).unwrap_or(u64::MAX),
            exclude_credentials: existing,
            // Keys that cannot do either are still good for a second step.
            authenticator_selection: AuthenticatorSelection {
                resident_key: "preferred",
                user_verification: "preferred",
            },
            attestation: "none",
        };
        Ok(Begun { ceremony, options })
    }

    /// Keeps the passkey that was made.
    async fn add_passkey(
        &self,
        me: &LoggedIn,
        ceremony: &str,
        credential: &Registration,
        name: &str,
        device: &Device,
    ) -> Result<Passkey, AccountsError> {
        self.require_proof(me).await?;
        let name = rules::passkey_name(name).map_err(|mistake| AccountsError::Invalid(vec![mistake]))?;
        let (kernel, user) = (&self.kernel, me.user.id);
        let claims = self.end_ceremony(ceremony, Purpose::Register { user }).await?;
        let response = &credential.response;
        let origins = self.origins(device);
        let expected = Expected {
            challenge: &claims.challenge,
            origins: &origins,
            rp_id: &claims.rp_id,
            verification: UserVerification::Preferred,
        };
        let (client_data, object) = (decode(&response.client_data_json)?, decode(&response.attestation_object)?);
        let made = &ceremony::registered(&client_data, &object, &expected)?;
        if encode(&made.credential_id) != credential.id {
            return Err(PasskeyError::Refused("another credential's id".to_owned()).into());
        }
        let transports = response.transports.iter().take(MAX_TRANSPORTS);
        // A word of the standard's, or of a later one's.
        let is_word = |text: &&String| text.len() <= 20 && text.bytes().all(|c| c.is_ascii_lowercase() || c == b'-');
        let transports = &transports.filter(is_word).cloned().collect::<Vec<_>>();
        let passkey = Passkey {
            id: PasskeyId::generate(&kernel.random, &kernel.clock),
            name,
            created_at_ms: kernel.clock.now(),
            last_used_at_ms: None,
        };
        let row = &passkey;
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if store::factors(&mut tx, user).await?.passkeys >= MAX_PASSKEYS {
                        return Err(PasskeyError::TooMany.into());
                    }
                    let (id, key) = (encode(&made.credential_id), encode(&made.public_key));
                    if !store::insert_passkey(&mut tx, user, row, &id, &key, made.sign_count, transports).await? {
                        return Err(PasskeyError::Exists.into());
                    }
                    let fact = SecurityChanged { user, what: SecurityChange::PasskeyAdded { name: row.name.clone() } };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok::<_, AccountsError>(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(passkey)
    }

    async fn rename_passkey(&self, user: UserId, id: PasskeyId, name: &str) -> Result<(), AccountsError> {
        let name = &rules::passkey_name(name).map_err(|mistake| AccountsError::Invalid(vec![mistake]))?;
        let write = self
            .kernel
            .db
            .write(|mut tx| Box::pin(async move { store::rename_passkey(&mut tx, user, id, name).await }));
        if write.await? { Ok(()) } else { Err(PasskeyError::NotYours.into()) }
    }

    /// Takes a passkey off an account, unless it is the last way in.
    async fn remove_passkey(&self, me: &LoggedIn, id: PasskeyId) -> Result<(), AccountsError> {
        self.require_proof(me).await?;
        let (kernel, user) = (&self.kernel, me.user.id);
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if !store::factors(&mut tx, user).await?.leave_a_way_in(1, 0) {
                        return Err(super::OidcError::LastWay.into());
                    }
                    let name = store::delete_passkey(&mut tx, user, id).await?;
                    let name = name.ok_or(PasskeyError::NotYours)?;
                    let left = store::factors(&mut tx, user).await?;
                    if left.passkeys == 0 {
                        store::set_asks_for_passkey(&mut tx, user, Asks::Never).await?;
                    }
                    if !left.two_step() {
                        store::replace_backup_codes(&mut tx, user, &[]).await?;
                    }
                    let fact = SecurityChanged { user, what: SecurityChange::PasskeyRemoved { name } };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok::<_, AccountsError>(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(())
    }

    /// Says whether a passkey is asked for after the password. Turning it on answers with backup codes, if there were none.
    async fn ask_for_passkey(&self, me: &LoggedIn, asks: Asks) -> Result<Vec<String>, AccountsError> {
        self.require_proof(me).await?;
        let (kernel, user) = (&self.kernel, me.user.id);
        let (codes, hashes) = &match asks {
            Asks::AfterPassword => {
                // Ten hashes, whether they turn out to be needed or not.
                self.limit(self.limits.backup_codes.take(kernel.clock.now(), user))?;
                self.draw_backup_codes().await?
            }
            Asks::Never => (Vec::new(), Vec::new()),
        };
        let fresh = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let before = store::factors(&mut tx, user).await?;
                    if asks == Asks::AfterPassword && before.passkeys == 0 {
                        return Err(PasskeyError::Missing.into());
                    }
                    if before.asks_for_passkey == (asks == Asks::AfterPassword) {
                        return Ok(false);
                    }
                    store::set_asks_for_passkey(&mut tx, user, asks).await?;
                    let after = store::factors(&mut tx, user).await?;
                    let fresh = after.two_step() && after.backup_codes == 0;
                    if fresh || !after.two_step() {
                        let hashes = if fresh { hashes.as_slice() } else { &[] };
                        store::replace_backup_codes(&mut tx, user, hashes).await?;
                    }
                    let what = match asks {
                        Asks::AfterPassword => SecurityChange::PasskeyAskedFor,
                        Asks::Never => SecurityChange::PasskeyNotAskedFor,
                    };
                    let fact = SecurityChanged { user, what };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok::<_, AccountsError>(fresh)
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(if fresh { codes.clone() } else { Vec::new() })
    }

    /// A challenge: for the second step of `token`'s log-in, to prove who is logged in, or to sign in by a passkey alone.
    async fn challenge(
        &self,
        me: Option<&LoggedIn>,
        token: Option<&str>,
        device: &Device,
    ) -> Result<Begun<RequestOptions>, AccountsError> {
        self.limit(self.limits.challenges_per_ip.take(self.kernel.clock.now(), device.ip))?;
        let purpose = match (token, me) {
            (Some(token), _) => Purpose::SecondStep { user: self.half_logged_in(token)? },
            (None, Some(me)) => Purpose::Proof { user: me.user.id },
            (None, None) => Purpose::LogIn,
        };
        let allow_credentials = match purpose {
            Purpose::SecondStep { user } | Purpose::Proof { user } => {
                store::credentials(&mut *self.kernel.db.read().await?, user).await?
            }
            _ => Vec::new(),
        };
        let user_verification = match verification(purpose) {
            UserVerification::Required => "required",
            UserVerification::Preferred => "preferred",
        };
        let (ceremony, challenge, rp_id) = self.begin_ceremony(purpose, device)?;
        let timeout = u64::try_from(KEPT.as_millis()).unwrap_or(u64::MAX);
        let options = RequestOptions { challenge, timeout, rp_id, allow_credentials, user_verification };
        Ok(Begun { ceremony, options })
    }

    /// Logs in whose passkey it is: nothing else is asked for.
    async fn log_in_by_passkey(
        &self,
        ceremony: &str,
        credential: &Assertion,
        device: Device,
    ) -> Result<Authenticated, AccountsError> {
        self.limit(self.limits.log_in_per_ip.take(self.kernel.clock.now(), device.ip))?;
        let owner = self.assert_passkey(ceremony, credential, Purpose::LogIn, &device).await?;
        let user = store::user(&mut *self.kernel.db.read().await?, owner).await?;
        self.open_login(user.ok_or(PasskeyError::Unknown)?, device).await
    }

    /// Whose passkey answered, if it answered soundly.
    pub(super) async fn assert_passkey(
        &self,
        ceremony: &str,
        credential: &Assertion,
        purpose: Purpose,
        device: &Device,
    ) -> Result<UserId, AccountsError> {
        let kernel = &self.kernel;
        let claims = self.end_ceremony(ceremony, purpose).await?;
        let passkey = store::passkey(&mut *kernel.db.read().await?, &credential.id).await?;
        let passkey = passkey.ok_or(PasskeyError::Unknown)?;
        let response = &credential.response;
        // Who signs in by the passkey alone is named by it too (§7.2, step 6).
        let named = response.user_handle.as_ref().is_some_and(|handle| *handle == user_handle(passkey.user));
        if !named && (purpose == Purpose::LogIn || response.user_handle.is_some()) {
            return Err(PasskeyError::Refused("another person's name".to_owned()).into());
        }
        let origins = self.origins(device);
        let expected = Expected {
            challenge: &claims.challenge,
            origins: &origins,
            rp_id: &claims.rp_id,
            verification: verification(purpose),
        };
        let count = ceremony::asserted(
            &decode(&response.client_data_json)?,
            &decode(&response.authenticator_data)?,
            &decode(&response.signature)?,
            &decode(&passkey.public_key)?,
            &expected,
        )?;
        let (user, now) = (passkey.user, kernel.clock.now());
        let id = passkey.id;
        let counted = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if store::count_passkey(&mut tx, id, count, now).await? {
                        return Ok(true);
                    }
                    let fact = SecurityChanged { user, what: SecurityChange::PasskeyCopied };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok::<_, AccountsError>(false)
                })
            })
            .await?;
        kernel.outbox.now();
        if counted { Ok(user) } else { Err(PasskeyError::Copied.into()) }
    }

    fn begin_ceremony(&self, purpose: Purpose, device: &Device) -> Result<(String, String, String), AccountsError> {
        let kernel = &self.kernel;
        let rp_id = rp_id(&device.origin).ok_or(PasskeyError::HostUnfit)?;
        let challenge = kernel.random.text::<32>();
        let claims = CeremonyClaims { challenge: challenge.clone(), rp_id: rp_id.clone(), purpose };
        let expires_at = kernel.clock.now().plus(KEPT);
        Ok((kernel.secrets.sign(Audience::Ceremony, &kernel.clock, expires_at, claims), challenge, rp_id))
    }

    /// Uses a ceremony up: whatever came of it, its challenge is good for nothing else.
    async fn end_ceremony(&self, token: &str, purpose: Purpose) -> Result<CeremonyClaims, AccountsError> {
        let kernel = &self.kernel;
        let claims: Option<CeremonyClaims> = kernel.secrets.verify(Audience::Ceremony, &kernel.clock, token).ok();
        let claims = claims.filter(|claims| claims.purpose == purpose).ok_or(PasskeyError::CeremonyOver)?;
        let expires_at = kernel.clock.now().plus(KEPT);
        match self.use_up(&claims.challenge, expires_at).await {
            Ok(()) => Ok(claims),
            Err(AccountsError::SecondStepOver) => Err(PasskeyError::CeremonyOver.into()),
            Err(other) => Err(other),
        }
    }

    /// Pages that may ask for passkeys: ours, and those of listed origins, to which browsers lend our passkeys only below
    /// our own host name.
    fn origins(&self, device: &Device) -> Vec<String> {
        let listed = self.kernel.config.http.cors_origins.iter().cloned();
        [device.origin.clone()].into_iter().chain(listed).collect()
    }
}

/// Whether a passkey is asked for after the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    AfterPassword,
    Never,
}

/// Somebody who has shown nothing else must have been verified by the authenticator.
fn verification(purpose: Purpose) -> UserVerification {
    match purpose {
        Purpose::LogIn => UserVerification::Required,
        Purpose::Register { .. } | Purpose::SecondStep { .. } | Purpose::Proof { .. } => UserVerification::Preferred,
    }
}

/// The host name that passkeys of an origin belong to.
fn rp_id(origin: &str) -> Option<String> {
    match Url::parse(origin).ok()?.host()? {
        Host::Domain(name) => Some(name.to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// What an authenticator calls somebody: their id, which says nothing of them (WebAuthn §14.6.1).
fn user_handle(user: UserId) -> String {
    encode(user.0.as_bytes())
}
