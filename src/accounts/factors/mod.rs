//! Second factors: an authenticator app, passkeys, backup codes; the second step of a log-in, and proving oneself anew
//! for what a borrowed phone must not be enough for.

mod backup;
mod model;
mod routes;
mod totp;

use std::time::Duration;

pub use model::{Entry, SecondStep, Way};
pub(super) use model::{Factors, Proof};
pub(super) use routes::{entry, routes};

use serde::{Deserialize, Serialize};

use super::devices::KnownDevice;
use super::error::AccountsError;
use super::events::{SecurityChange, SecurityChanged};
use super::extract::LoggedIn;
use super::model::{Authenticated, User};
use super::passkeys::Purpose;
use super::{Accounts, Device, store};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::UserId;
use crate::kernel::outbox;
use crate::kernel::secrets::Audience;
use totp::Qr;

/// How long the second step may take.
const SECOND_STEP_KEPT: Duration = Duration::from_secs(300);

#[derive(Serialize, Deserialize)]
struct SecondStepClaims {
    user: UserId,
    id: String,
}

/// What an app needs to be set up.
pub(super) struct TotpOffer {
    pub(super) secret: String,
    pub(super) uri: String,
    pub(super) qr: Option<Qr>,
}

impl Accounts {
    pub(super) async fn factors(&self, user: UserId) -> Result<Factors, AccountsError> {
        Ok(store::factors(&mut *self.kernel.db.read().await?, user).await?)
    }

    /// Logs somebody in whose first step was right, or says what the second is.
    pub(super) async fn enter(&self, user: User, device: Device) -> Result<Entry, AccountsError> {
        let factors = self.factors(user.id).await?;
        if !factors.two_step() {
            return Ok(Entry::In(Box::new(self.open_login(user, device).await?)));
        }
        let kernel = &self.kernel;
        let expires_at = kernel.clock.now().plus(SECOND_STEP_KEPT);
        let claims = SecondStepClaims { user: user.id, id: kernel.random.text::<16>() };
        let token = kernel.secrets.sign(Audience::SecondStep, &kernel.clock, expires_at, claims);
        let ways = factors.second_steps();
        Ok(Entry::SecondStep(SecondStep { second_step_token: token, expires_at_ms: expires_at, ways }))
    }

    /// Who is half logged in by `token`.
    pub(super) fn half_logged_in(&self, token: &str) -> Result<UserId, AccountsError> {
        Ok(self.second_step_claims(token)?.user)
    }

    fn second_step_claims(&self, token: &str) -> Result<SecondStepClaims, AccountsError> {
        let kernel = &self.kernel;
        kernel.secrets.verify(Audience::SecondStep, &kernel.clock, token).map_err(|_| AccountsError::SecondStepOver)
    }

    /// Ends a log-in whose first step was right. Wrong codes are counted as wrong passwords are: those of devices the
    /// account does not know together, apart from each that it knows, so that nobody who learned a password keeps its
    /// owner out.
    pub(super) async fn second_step(
        &self,
        token: &str,
        proof: Proof,
        device: Device,
    ) -> Result<Authenticated, AccountsError> {
        let now = self.kernel.clock.now();
        let limits = &self.limits;
        self.limit(limits.log_in_per_ip.take(now, device.ip))?;
        let SecondStepClaims { user, id } = self.second_step_claims(token)?;
        let known = device.token.as_deref().and_then(|token| KnownDevice::read(&self.kernel, token));
        let known = known.filter(|device| device.knows(user)).map(|device| (device.device, user));
        match known {
            Some(known) => self.limit(limits.second_step_known_device.take(now, known))?,
            None => {
                self.limit(limits.second_step_per_address.take(now, (user, device.ip)))?;
                self.limit(limits.second_step_unknown_devices.take(now, user))?;
            }
        }
        let person = store::user(&mut *self.kernel.db.read().await?, user).await?;
        let person = person.ok_or(AccountsError::SecondStepOver)?;
        if !self.factors(user).await?.second_steps().contains(&proof.way()) {
            return Err(AccountsError::ProofWrong);
        }
        self.check(user, proof, Purpose::SecondStep { user }, &device).await?;
        match known {
            Some(known) => limits.second_step_known_device.give_back(known),
            None => {
                limits.second_step_per_address.give_back((user, device.ip));
                limits.second_step_unknown_devices.give_back(user);
            }
        }
        self.use_up(&id, now.plus(SECOND_STEP_KEPT)).await?;
        self.open_login(person, device).await
    }

    /// Notes that who is logged in has just proved who they are.
    pub(super) async fn prove(&self, me: &LoggedIn, proof: Proof, device: &Device) -> Result<(), AccountsError> {
        let (now, user, login) = (self.kernel.clock.now(), me.user.id, me.login);
        if !self.factors(user).await?.proofs().contains(&proof.way()) {
            return Err(AccountsError::ProofWrong);
        }
        match proof {
            Proof::Password { password } => {
                self.require_password(me, password, device).await.map_err(|error| match error {
                    AccountsError::PasswordWrong => AccountsError::ProofWrong,
                    other => other,
                })?;
            }
            proof => {
                self.limit(self.limits.proofs.take(now, login))?;
                self.check(user, proof, Purpose::Proof { user }, device).await?;
                self.limits.proofs.give_back(login);
            }
        }
        let write =
            self.kernel.db.write(|mut tx| Box::pin(async move { store::set_proved(&mut tx, login, now).await }));
        Ok(write.await?)
    }

    /// Passes who has proved themselves a moment ago; tells others how they can.
    pub async fn require_proof(&self, me: &LoggedIn) -> Result<(), AccountsError> {
        let proved_at = store::proved_at(&mut *self.kernel.db.read().await?, me.login).await?;
        let proved_at = proved_at.ok_or(AccountsError::Unauthenticated)?;
        if self.kernel.clock.now().since(proved_at) < Duration::from_secs(self.kernel.config.accounts.proof_s) {
            return Ok(());
        }
        Err(AccountsError::ProofRequired(self.factors(me.user.id).await?.proofs()))
    }

    /// A secret for an authenticator app. It counts once a code of it was typed.
    pub(super) async fn offer_totp(&self, me: &LoggedIn) -> Result<TotpOffer, AccountsError> {
        self.require_proof(me).await?;
        let kernel = &self.kernel;
        let (user, now) = (me.user.id, kernel.clock.now());
        let secret = kernel.random.bytes::<{ totp::SECRET_BYTES }>();
        let sealed = &kernel.secrets.seal(&kernel.random, &totp_context(user), &secret);
        let write =
            kernel.db.write(|mut tx| Box::pin(async move { store::offer_totp(&mut tx, user, sealed, now).await }));
        if !write.await? {
            return Err(AccountsError::TotpExists);
        }
        let uri = totp::uri(&kernel.config.name, &me.user.email, &secret);
        Ok(TotpOffer { secret: totp::base32(&secret), qr: totp::qr(&uri), uri })
    }

    /// Turns the app on by its first code. Answers with fresh backup codes, which nobody sees again.
    pub(super) async fn confirm_totp(&self, me: &LoggedIn, code: &str) -> Result<Vec<String>, AccountsError> {
        self.require_proof(me).await?;
        let (user, now) = (me.user.id, self.kernel.clock.now());
        self.limit(self.limits.proofs.take(now, me.login))?;
        let row = store::totp(&mut *self.kernel.db.read().await?, user).await?;
        let row = row.filter(|row| !row.confirmed).ok_or(AccountsError::TotpUnknown)?;
        let step = self.totp_step(user, &row, code).ok_or(AccountsError::CodeWrong)?;
        let (codes, hashes) = &self.draw_backup_codes().await?;
        let kernel = &self.kernel;
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if !store::take_step(&mut tx, user, step, now).await? {
                        return Err(AccountsError::CodeWrong);
                    }
                    store::replace_backup_codes(&mut tx, user, hashes).await?;
                    let fact = SecurityChanged { user, what: SecurityChange::TotpAdded };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(codes.clone())
    }

    /// Turns the app off, and with the last second factor the backup codes.
    pub(super) async fn remove_totp(&self, me: &LoggedIn) -> Result<(), AccountsError> {
        self.require_proof(me).await?;
        let (kernel, user) = (&self.kernel, me.user.id);
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if !store::delete_totp(&mut tx, user).await? {
                        return Err(AccountsError::TotpUnknown);
                    }
                    if !store::factors(&mut tx, user).await?.two_step() {
                        store::replace_backup_codes(&mut tx, user, &[]).await?;
                    }
                    let fact = SecurityChanged { user, what: SecurityChange::TotpRemoved };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(())
    }

    /// Ten new backup codes; the old ones are worthless.
    pub(super) async fn renew_backup_codes(&self, me: &LoggedIn) -> Result<Vec<String>, AccountsError> {
        self.require_proof(me).await?;
        let (kernel, user) = (&self.kernel, me.user.id);
        if !self.factors(user).await?.two_step() {
            return Err(AccountsError::TwoStepOff);
        }
        self.limit(self.limits.backup_codes.take(kernel.clock.now(), user))?;
        let (codes, hashes) = &self.draw_backup_codes().await?;
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    store::replace_backup_codes(&mut tx, user, hashes).await?;
                    let fact = SecurityChanged { user, what: SecurityChange::BackupCodesRenewed };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok::<_, AccountsError>(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(codes.clone())
    }

    /// Fresh codes as they are shown, and as they are stored.
    pub(super) async fn draw_backup_codes(&self) -> Result<(Vec<String>, Vec<String>), AccountsError> {
        let codes = backup::draw(&self.kernel.random);
        let plain = codes.iter().filter_map(|code| backup::normal(code)).collect();
        let hashes = self.passwords.hash_codes(plain).await?;
        Ok((codes, hashes))
    }

    /// A token that is good for one use is used.
    pub(super) async fn use_up(&self, id: &str, expires_at: Timestamp) -> Result<(), AccountsError> {
        let fresh =
            self.kernel.db.write(|mut tx| Box::pin(async move { store::use_token(&mut tx, id, expires_at).await }));
        if fresh.await? { Ok(()) } else { Err(AccountsError::SecondStepOver) }
    }

    /// Whether `proof` is the person's; what is good for one use is used up.
    async fn check(&self, user: UserId, proof: Proof, purpose: Purpose, device: &Device) -> Result<(), AccountsError> {
        match proof {
            Proof::Password { .. } => Err(AccountsError::ProofWrong),
            Proof::Totp { code } => self.take_totp(user, &code).await,
            Proof::BackupCode { code } => self.take_backup_code(user, &code).await,
            Proof::Passkey { ceremony, credential } => {
                let owner = self.assert_passkey(&ceremony, &credential, purpose, device).await?;
                if owner == user { Ok(()) } else { Err(AccountsError::ProofWrong) }
            }
        }
    }

    async fn take_totp(&self, user: UserId, code: &str) -> Result<(), AccountsError> {
        let now = self.kernel.clock.now();
        let row = store::totp(&mut *self.kernel.db.read().await?, user).await?;
        let row = row.filter(|row| row.confirmed).ok_or(AccountsError::ProofWrong)?;
        let step = self.totp_step(user, &row, code).ok_or(AccountsError::ProofWrong)?;
        let write =
            self.kernel.db.write(|mut tx| Box::pin(async move { store::take_step(&mut tx, user, step, now).await }));
        // Lost a race: somebody has just used the same code.
        if write.await? { Ok(()) } else { Err(AccountsError::ProofWrong) }
    }

    fn totp_step(&self, user: UserId, row: &store::Totp, code: &str) -> Option<i64> {
        let secret = self.kernel.secrets.open(&totp_context(user), &row.sealed_secret);
        if secret.is_none() {
            tracing::error!("an authenticator app's secret does not open: is the secrets file another one?");
        }
        totp::step_of(&secret?, code, row.last_step, self.kernel.clock.now())
    }

    async fn take_backup_code(&self, user: UserId, typed: &str) -> Result<(), AccountsError> {
        let code = backup::normal(typed).ok_or(AccountsError::ProofWrong)?;
        let any = store::a_backup_code(&mut *self.kernel.db.read().await?, user).await?;
        let hash = &self.passwords.hash_like(code, any.ok_or(AccountsError::ProofWrong)?).await?;
        let kernel = &self.kernel;
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if !store::take_backup_code(&mut tx, user, hash).await? {
                        return Err(AccountsError::ProofWrong);
                    }
                    let left = store::backup_codes_left(&mut tx, user).await?;
                    let fact = SecurityChanged { user, what: SecurityChange::BackupCodeUsed { left } };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(())
    }
}

/// What an app's secret is sealed for: moved to another person's row it does not open.
fn totp_context(user: UserId) -> String {
    format!("totp {user}")
}

/// What those are told who have not proved themselves lately.
pub(super) fn proof_required(ways: &[Way]) -> Problem {
    let detail = "Prove once more that it is you, then try again.";
    Problem::new(axum::http::StatusCode::FORBIDDEN, "proof_required", detail).with_member("ways", ways)
}
