//! HTTP of this domain.

use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;

use super::Accounts;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
{
    OpenApiRouter::new()
}
