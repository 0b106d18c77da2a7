//! HTTP of this domain.

use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;

use super::Mentors;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Mentors: FromRef<S>,
{
    OpenApiRouter::new()
}
