//! HTTP of this domain.

use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;

use super::Live;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Live: FromRef<S>,
{
    OpenApiRouter::new()
}
