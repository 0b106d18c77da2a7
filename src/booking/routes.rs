//! HTTP of this domain.

use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;

use super::Booking;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Booking: FromRef<S>,
{
    OpenApiRouter::new()
}
