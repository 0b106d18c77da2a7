//! Who a request is from, for handlers of every domain.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::model::User;
use super::{Accounts, cookies};
use crate::kernel::error::Problem;
use crate::kernel::ids::LoginId;

/// A request of a person with a working login; others get 401 `unauthenticated`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    pub user: User,
    pub login: LoginId,
}

/// A request that may come without a login. A token that no longer works is 401 all the same: its client refreshes and
/// asks again, rather than find itself a stranger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaybeLoggedIn(pub Option<LoggedIn>);

impl<S> FromRequestParts<S> for LoggedIn
where
    S: Send + Sync,
    Accounts: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let token = access_token(&parts.headers).ok_or_else(Problem::unauthenticated)?;
        Ok(Accounts::from_ref(state).authenticate(token).await?)
    }
}

impl<S> FromRequestParts<S> for MaybeLoggedIn
where
    S: Send + Sync,
    Accounts: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Some(token) = access_token(&parts.headers) else { return Ok(Self(None)) };
        Ok(Self(Some(Accounts::from_ref(state).authenticate(token).await?)))
    }
}

fn access_token(headers: &HeaderMap) -> Option<&str> {
    bearer(headers).or_else(|| cookies::access(headers))
}

/// The token of `Authorization: Bearer` (RFC 6750 §2.1).
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
