//! Access and refresh tokens of a login. The refresh token is signed and numbered rather than stored: what a database
//! leak shows opens nothing, and a repeated request gets the same answer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::model::{Login, Tokens};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::LoginId;
use crate::kernel::secrets::Audience;

#[derive(Serialize, Deserialize)]
struct AccessClaims {
    login: LoginId,
}

#[derive(Serialize, Deserialize)]
struct RefreshClaims {
    login: LoginId,
    generation: i64,
}

/// The newest tokens of `login`.
pub(super) fn issue(kernel: &Kernel, login: &Login) -> Tokens {
    let access_expires_at = kernel.clock.now().plus(Duration::from_secs(kernel.config.accounts.access_token_s));
    let access = AccessClaims { login: login.id };
    let refresh = RefreshClaims { login: login.id, generation: login.generation };
    let sign = &kernel.secrets;
    Tokens {
        access_token: sign.sign(Audience::Access, &kernel.clock, access_expires_at, access),
        access_expires_at_ms: access_expires_at,
        refresh_token: sign.sign(Audience::Refresh, &kernel.clock, login.expires_at, refresh),
        refresh_expires_at_ms: login.expires_at,
    }
}

/// When a login made at `created_at` and used now is over, unless it is used again; and when it is over all the same.
pub(super) fn login_expires_at(kernel: &Kernel, created_at: Timestamp) -> Timestamp {
    let config = &kernel.config.accounts;
    let unused = kernel.clock.now().plus(Duration::from_secs(config.refresh_token_s));
    unused.min(created_at.plus(Duration::from_secs(config.login_max_s)))
}

/// The login an access token is of, if the token is sound.
pub(super) fn read_access(kernel: &Kernel, token: &str) -> Option<LoginId> {
    let claims = kernel.secrets.verify::<AccessClaims>(Audience::Access, &kernel.clock, token);
    claims.ok().map(|claims| claims.login)
}

/// The login and generation of a refresh token, if the token is sound.
pub(super) fn read_refresh(kernel: &Kernel, token: &str) -> Option<(LoginId, i64)> {
    let claims = kernel.secrets.verify::<RefreshClaims>(Audience::Refresh, &kernel.clock, token);
    claims.ok().map(|claims| (claims.login, claims.generation))
}
