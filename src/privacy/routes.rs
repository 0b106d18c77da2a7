//! HTTP of privacy.

use axum::extract::{FromRef, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Privacy;
use crate::accounts::{Accounts, LoggedIn, forget_login};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::error::ApiResult;
use crate::kernel::openapi::Problems;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Privacy: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(export)).routes(routes!(erase))
}

/// A ZIP archive.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "says in the document what the body is")]
struct Archive(Vec<u8>);

/// Everything that is known of me, as a ZIP archive of JSON files
///
/// Codes: `proof_required` (403), `rate_limited`.
#[utoipa::path(post, path = "/api/me/export", tag = "privacy",
    responses((status = 200, body = Archive, content_type = "application/zip"), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn export(State(privacy): State<Privacy>, me: LoggedIn) -> ApiResult<Response> {
    let archive = privacy.export(&me).await?;
    let name = "attachment; filename=\"my-data.zip\"";
    Ok(([(header::CONTENT_TYPE, "application/zip"), (header::CONTENT_DISPOSITION, name)], archive).into_response())
}

/// Delete my account, at once and for good
///
/// Every login ends, sessions ahead are cancelled, and what others keep no longer names me. Code: `proof_required` (403).
#[utoipa::path(delete, path = "/api/me", tag = "privacy", responses((status = 204), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn erase(State(privacy): State<Privacy>, me: LoggedIn, client: Client) -> ApiResult<Response> {
    privacy.erase(&me, &client.origin).await?;
    Ok((StatusCode::NO_CONTENT, forget_login()).into_response())
}
