//! Who a request of an administrator is from.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::accounts::{Accounts, LoggedIn};
use crate::kernel::error::Problem;

/// A request of an administrator; others get 403 `admin_required`, strangers 401 `unauthenticated`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator(pub LoggedIn);

impl<S> FromRequestParts<S> for Administrator
where
    S: Send + Sync,
    Accounts: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let me = LoggedIn::from_request_parts(parts, state).await?;
        if me.user.is_admin {
            Ok(Self(me))
        } else {
            let detail = "Only administrators can do this.";
            Err(Problem::new(StatusCode::FORBIDDEN, "admin_required", detail))
        }
    }
}
