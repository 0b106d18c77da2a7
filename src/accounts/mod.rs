//! People, their logins, and what they prove themselves by.

mod cookies;
mod devices;
mod erasing;
mod error;
mod events;
mod extract;
mod factors;
mod jobs;
mod letters;
mod links;
mod login_cache;
mod model;
mod oidc;
mod passkeys;
mod passwords;
mod pictures;
mod profile;
mod profile_routes;
mod recovery;
mod recovery_routes;
mod routes;
mod rules;
mod same_site;
mod store;
mod sweeping;
#[cfg(test)]
mod tests;
mod tokens;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

pub use cookies::clear as forget_login;
pub use error::AccountsError;
pub use events::{
    AccountErased, ConfirmationWanted, DisplayNameChanged, EmailChanged, LoginRevoked, PasswordChanged,
    PasswordResetWanted, SecurityChange, SecurityChanged,
};
pub use extract::{LoggedIn, MaybeLoggedIn};
pub use factors::{Entry, SecondStep, Way};
pub use model::{Authenticated, Credentials, DisplayName, Email, Identity, Login, Password, Tokens, User, picture_url};
pub use oidc::OidcError;
pub use passkeys::PasskeyError;
pub use profile::TypedProfile;
pub use recovery::Confirmed;
pub use routes::routes;
pub use same_site::refuse_cross_site;

use crate::kernel::Kernel;
use crate::kernel::error::{FieldProblem, Problem};
use crate::kernel::ids::{LoginId, UserId};
use crate::kernel::mail::Mailer;
use crate::kernel::outbox::{self, Handler};
use crate::kernel::rate_limit::{Rate, RateLimit};
use devices::KnownDevice;
use login_cache::LoginCache;
use oidc::Providers;
use passwords::Passwords;
use pictures::Pictures;
use store::Inserted;

/// Pictures one person may upload: each is work.
const PICTURES: Rate = Rate { burst: 10, per_minute: 2 };
/// Sets of backup codes one person may draw: each is ten hashes.
const BACKUP_CODES: Rate = Rate { burst: 5, per_minute: 1 };
/// Every look at the sign-in page asks for a challenge.
const CHALLENGES: Rate = Rate { burst: 60, per_minute: 60 };

/// Use cases of accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    kernel: Kernel,
    passwords: Passwords,
    cache: LoginCache,
    pictures: Pictures,
    providers: Providers,
    limits: Arc<Limits>,
}

struct Limits {
    log_in_per_ip: RateLimit<IpAddr>,
    /// By e-mail and address, so that nobody locks out someone elsewhere.
    log_in_per_account: RateLimit<(String, IpAddr)>,
    /// By e-mail, for devices the account does not know: what many addresses may guess together.
    log_in_unknown_devices: RateLimit<String>,
    /// Devices the account knows: what others do is none of their business.
    log_in_known_device: RateLimit<(uuid::Uuid, UserId)>,
    /// The same three for the second step: only who knows the password uses any of them up.
    second_step_per_address: RateLimit<(UserId, IpAddr)>,
    second_step_unknown_devices: RateLimit<UserId>,
    second_step_known_device: RateLimit<(uuid::Uuid, UserId)>,
    /// Codes typed by who is logged in.
    proofs: RateLimit<LoginId>,
    backup_codes: RateLimit<UserId>,
    challenges_per_ip: RateLimit<IpAddr>,
    sign_up_per_ip: RateLimit<IpAddr>,
    letters_per_address: RateLimit<String>,
    letters_per_ip: RateLimit<IpAddr>,
    pictures: RateLimit<UserId>,
}

/// The device a request is from.
pub struct Device {
    pub ip: IpAddr,
    pub user_agent: String,
    /// What links to this server start with.
    pub origin: String,
    /// What it was given when somebody last logged in on it.
    pub token: Option<String>,
}

/// What someone types to sign up.
pub struct Registration {
    pub email: String,
    pub password: String,
    pub display_name: String,
    /// What their browser says; what is unknown here is left out.
    pub locale: Locale,
}

/// Language tag and IANA zone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Locale {
    pub language: Option<String>,
    pub time_zone: Option<String>,
}

/// How the address of a new account is known.
enum Address {
    /// Typed by who signs up, at this origin: a letter asks whether it is theirs.
    Typed { origin: String },
    /// By whoever runs this server.
    Vouched,
}

impl Accounts {
    pub fn new(kernel: &Kernel) -> Self {
        let config = &kernel.config.accounts;
        let limits = Limits {
            log_in_per_ip: RateLimit::new(config.log_in_per_ip),
            log_in_per_account: RateLimit::new(config.log_in_per_account),
            log_in_unknown_devices: RateLimit::new(config.log_in_unknown_devices),
            log_in_known_device: RateLimit::new(config.log_in_per_account),
            second_step_per_address: RateLimit::new(config.second_step),
            second_step_unknown_devices: RateLimit::new(config.second_step_unknown_devices),
            second_step_known_device: RateLimit::new(config.second_step),
            proofs: RateLimit::new(config.second_step),
            backup_codes: RateLimit::new(BACKUP_CODES),
            challenges_per_ip: RateLimit::new(CHALLENGES),
            sign_up_per_ip: RateLimit::new(config.sign_up_per_ip),
            letters_per_address: RateLimit::new(config.letters_per_address),
            letters_per_ip: RateLimit::new(config.letters_per_ip),
            pictures: RateLimit::new(PICTURES),
        };
        Self {
            kernel: kernel.clone(),
            passwords: Passwords::new(&kernel.random),
            cache: LoginCache::default(),
            pictures: Pictures::of(&kernel.config),
            providers: Providers::of(&kernel.config),
            limits: Arc::new(limits),
        }
    }

    pub fn handlers(&self, mailer: &Mailer) -> Vec<Handler> {
        vec![jobs::letters(self, mailer)]
    }

    /// Makes an account and logs it in; a letter asks to confirm the address.
    pub async fn sign_up(&self, registration: Registration, device: Device) -> Result<Authenticated, AccountsError> {
        self.limit(self.limits.sign_up_per_ip.take(self.kernel.clock.now(), device.ip))?;
        let user = self.create(registration, Address::Typed { origin: device.origin.clone() }).await?;
        self.open_login(user, device).await
    }

    /// Makes an account without logging in; whoever runs this server answers for its address.
    pub async fn register(&self, registration: Registration) -> Result<User, AccountsError> {
        self.create(registration, Address::Vouched).await
    }

    async fn create(&self, registration: Registration, address: Address) -> Result<User, AccountsError> {
        let Registration { email, password, display_name, locale } = registration;
        let mut mistakes = Vec::new();
        let email = collect(&mut mistakes, rules::email(&email));
        let password = collect(&mut mistakes, rules::password(password));
        let display_name = collect(&mut mistakes, rules::display_name(&display_name));
        let (Some(email), Some(password), Some(display_name)) = (email, password, display_name) else {
            return Err(AccountsError::Invalid(mistakes));
        };
        let hash = self.passwords.hash(password).await?;
        self.insert(&email, &display_name, &hash, address, locale).await
    }

    /// Makes accounts that share a password, which is hashed once; those that exist stay as they are.
    pub async fn register_demo(&self, people: &[(&str, &str)], password: &str) -> Result<(), AccountsError> {
        let invalid = |mistake| AccountsError::Invalid(vec![mistake]);
        let mut hash = None;
        for (email, display_name) in people {
            if !matches!(self.user_by_email(email).await, Err(AccountsError::UserUnknown)) {
                continue;
            }
            let hash = match &hash {
                Some(hash) => hash,
                None => {
                    let password = rules::password(password.to_owned()).map_err(invalid)?;
                    hash.insert(self.passwords.hash(password).await?)
                }
            };
            let (email, display_name) = (rules::email(email).map_err(invalid)?, rules::display_name(display_name));
            let display_name = display_name.map_err(invalid)?;
            self.insert(&email, &display_name, hash, Address::Vouched, Locale::default()).await?;
        }
        Ok(())
    }

    async fn insert(
        &self,
        email: &Email,
        display_name: &DisplayName,
        hash: &str,
        address: Address,
        locale: Locale,
    ) -> Result<User, AccountsError> {
        let (user, letter) = self.new_user(email, display_name, address, locale);
        let (kernel, now) = (&self.kernel, self.kernel.clock.now());
        let (row, letter) = (&user, letter.as_ref());
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    match store::insert_user(&mut tx, row, email, hash, now).await? {
                        Inserted::New => {}
                        Inserted::Taken => return Err(AccountsError::EmailTaken),
                    }
                    if let Some(letter) = letter {
                        outbox::publish(&mut tx, &kernel.clock, &kernel.random, letter).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(user)
    }

    /// A row to be, and the letter that asks whether its address is theirs.
    fn new_user(
        &self,
        email: &Email,
        display_name: &DisplayName,
        address: Address,
        locale: Locale,
    ) -> (User, Option<ConfirmationWanted>) {
        let id = UserId::generate(&self.kernel.random, &self.kernel.clock);
        let letter = match address {
            Address::Vouched => None,
            Address::Typed { origin } => Some(ConfirmationWanted { user: id, email: email.0.clone(), origin }),
        };
        let user = User {
            id,
            email: email.0.clone(),
            email_verified: letter.is_none(),
            display_name: display_name.0.clone(),
            is_admin: false,
            language: locale.language.and_then(|tag| rules::language(&tag).ok()),
            time_zone: locale.time_zone.and_then(|name| rules::time_zone(&name).ok()),
            picture_url: None,
        };
        (user, letter)
    }

    /// Lets in whoever knows the password, or asks them for the second step.
    pub async fn log_in(&self, email: &str, password: String, device: Device) -> Result<Entry, AccountsError> {
        let now = self.kernel.clock.now();
        self.limit(self.limits.log_in_per_ip.take(now, device.ip))?;
        // An address that cannot exist is as unknown as one that does not, and takes as long.
        let email = rules::email(email).ok();
        let key = email.as_ref().map(Email::key).unwrap_or_default();
        let found = match &email {
            Some(email) => store::user_by_email(&mut *self.kernel.db.read().await?, email).await?,
            None => None,
        };
        let (user, hash) = found.unzip();
        let known = device.token.as_deref().and_then(|token| KnownDevice::read(&self.kernel, token));
        let known = known.zip(user.as_ref()).filter(|(device, user)| device.knows(user.id));
        let known = known.map(|(device, user)| (device.device, user.id));
        let limits = &self.limits;
        match known {
            Some(known) => self.limit(limits.log_in_known_device.take(now, known))?,
            None => {
                self.limit(limits.log_in_per_account.take(now, (key.clone(), device.ip)))?;
                self.limit(limits.log_in_unknown_devices.take(now, key.clone()))?;
            }
        }
        let right = self.passwords.verify(password, hash.flatten()).await?;
        match user {
            Some(user) if right => {
                // Only wrong guesses count against those who come after.
                if known.is_none() {
                    limits.log_in_unknown_devices.give_back(key);
                }
                self.enter(user, device).await
            }
            _ => Err(AccountsError::CredentialsWrong),
        }
    }

    /// New tokens for a refresh token. One that was replaced long ago ends the login: it has been stolen, by its first
    /// user or its second.
    pub async fn refresh(&self, token: &str) -> Result<Authenticated, AccountsError> {
        let (id, generation) = tokens::read_refresh(&self.kernel, token).ok_or(AccountsError::Unauthenticated)?;
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        let retry = Duration::from_secs(kernel.config.accounts.refresh_retry_s);
        let refreshed = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let Some((login, user)) = store::login(&mut tx, id).await? else {
                        return Err(AccountsError::Unauthenticated);
                    };
                    match rules::refresh(&login, generation, now, retry) {
                        rules::Refresh::Over => Ok(None),
                        rules::Refresh::Repeat => Ok(Some((login, user))),
                        rules::Refresh::Reuse => {
                            store::revoke(&mut tx, id, login.user, now).await?;
                            let fact = LoginRevoked { login: id, user: login.user };
                            outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                            Ok(None)
                        }
                        rules::Refresh::Rotate => {
                            let expires_at = tokens::login_expires_at(kernel, login.created_at);
                            // Lost a race: the winner has just made us the one before.
                            store::rotate(&mut tx, id, generation, now, expires_at).await?;
                            Ok(store::login(&mut tx, id).await?.filter(|(login, _)| login.revoked_at.is_none()))
                        }
                    }
                })
            })
            .await?;
        kernel.outbox.now();
        match refreshed {
            Some((login, user)) => {
                Ok(Authenticated { tokens: tokens::issue(kernel, &login), user, device_token: None })
            }
            None => {
                self.cache.forget(id);
                Err(AccountsError::Unauthenticated)
            }
        }
    }

    /// Ends a login of `user` on whatever device it is.
    pub async fn revoke(&self, user: UserId, login: LoginId) -> Result<(), AccountsError> {
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if !store::revoke(&mut tx, login, user, now).await? {
                        return Err(AccountsError::LoginUnknown);
                    }
                    let fact = LoginRevoked { login, user };
                    outbox::publish(&mut tx, &kernel.clock, &kernel.random, &fact).await?;
                    Ok(())
                })
            })
            .await?;
        self.cache.forget(login);
        kernel.outbox.now();
        Ok(())
    }

    /// Logins of `user` that still work.
    pub async fn logins(&self, user: UserId) -> Result<Vec<Login>, AccountsError> {
        Ok(store::logins_of(&mut *self.kernel.db.read().await?, user, self.kernel.clock.now()).await?)
    }

    /// Whose access token this is, if its login still works.
    pub async fn authenticate(&self, access_token: &str) -> Result<LoggedIn, AccountsError> {
        let login = tokens::read_access(&self.kernel, access_token).ok_or(AccountsError::Unauthenticated)?;
        let now = self.kernel.clock.now();
        if let Some(user) = self.cache.find(login, now) {
            return Ok(LoggedIn { user, login });
        }
        let row = store::login(&mut *self.kernel.db.read().await?, login).await?;
        match row {
            Some((row, user)) if row.revoked_at.is_none() && row.expires_at > now => {
                self.cache.remember(login, user.clone(), now);
                Ok(LoggedIn { user, login })
            }
            _ => Err(AccountsError::Unauthenticated),
        }
    }

    /// The person with this e-mail.
    pub async fn user_by_email(&self, email: &str) -> Result<User, AccountsError> {
        let email = rules::email(email).map_err(|mistake| AccountsError::Invalid(vec![mistake]))?;
        let found = store::user_by_email(&mut *self.kernel.db.read().await?, &email).await?;
        found.map(|(user, _)| user).ok_or(AccountsError::UserUnknown)
    }

    /// Lets `user` administer this installation.
    pub async fn grant_admin(&self, user: UserId) -> Result<(), AccountsError> {
        self.kernel.db.write(|mut tx| Box::pin(async move { Ok(store::grant_admin(&mut tx, user).await?) })).await
    }

    async fn open_login(&self, user: User, device: Device) -> Result<Authenticated, AccountsError> {
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        let login = Login {
            id: LoginId::generate(&kernel.random, &kernel.clock),
            user: user.id,
            generation: 1,
            rotated_at: now,
            user_agent: device.user_agent,
            created_at: now,
            last_seen_at: now,
            expires_at: tokens::login_expires_at(kernel, now),
            revoked_at: None,
        };
        let row = &login;
        kernel.db.write(|mut tx| Box::pin(async move { store::insert_login(&mut tx, row).await })).await?;
        let known = device.token.as_deref().and_then(|token| KnownDevice::read(kernel, token));
        let device_token = Some(KnownDevice::token(kernel, known, user.id));
        Ok(Authenticated { user, tokens: tokens::issue(kernel, &login), device_token })
    }

    fn limit(&self, taken: Result<(), Problem>) -> Result<(), AccountsError> {
        taken.map_err(AccountsError::RateLimited)
    }
}

fn collect<T>(mistakes: &mut Vec<FieldProblem>, parsed: Result<T, FieldProblem>) -> Option<T> {
    parsed.map_err(|mistake| mistakes.push(mistake)).ok()
}
