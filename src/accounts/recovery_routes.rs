//! HTTP of addresses and passwords.

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::routes::device;
use super::{Accounts, LoggedIn};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::Json;
use crate::kernel::openapi::Problems;

pub(super) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(confirm_email))
        .routes(routes!(resend_confirmation))
        .routes(routes!(change_email))
        .routes(routes!(ask_password_reset))
        .routes(routes!(reset_password))
        .routes(routes!(change_password))
}

#[derive(Deserialize, ToSchema)]
struct ConfirmEmail {
    /// What stands after the `#` of the link.
    token: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ConfirmedEmail)]
struct ConfirmedAnswer {
    email: String,
}

#[derive(Deserialize, ToSchema)]
struct ChangeEmail {
    #[schema(format = Email, max_length = 254)]
    email: String,
    #[schema(format = Password)]
    current_password: String,
}

#[derive(Deserialize, ToSchema)]
struct AskPasswordReset {
    #[schema(format = Email, max_length = 254)]
    email: String,
}

#[derive(Deserialize, ToSchema)]
struct ResetPassword {
    /// What stands after the `#` of the link.
    token: String,
    /// At least 10 characters.
    #[schema(format = Password, min_length = 10, max_length = 200)]
    password: String,
}

#[derive(Deserialize, ToSchema)]
struct ChangePassword {
    #[schema(format = Password)]
    current_password: String,
    /// At least 10 characters.
    #[schema(format = Password, min_length = 10, max_length = 200)]
    password: String,
}

/// Open a link that says whose an address is
///
/// No login needed. Codes: `link_invalid` (410), `email_taken` (409, somebody else got the address meanwhile).
#[utoipa::path(post, path = "/api/accounts/confirm-email", tag = "accounts", request_body = ConfirmEmail,
    responses((status = 200, body = ConfirmedAnswer), Problems))]
async fn confirm_email(
    State(accounts): State<Accounts>,
    Json(body): Json<ConfirmEmail>,
) -> ApiResult<Json<ConfirmedAnswer>> {
    let confirmed = accounts.confirm_email(&body.token).await?;
    Ok(Json(ConfirmedAnswer { email: confirmed.email }))
}

/// Send me the letter that confirms my address once more
///
/// Codes: `email_verified` (409), `rate_limited`.
#[utoipa::path(post, path = "/api/me/email/confirmation", tag = "accounts", responses((status = 202), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn resend_confirmation(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    client: Client,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    accounts.resend_confirmation(&me.user, &device(&client, &headers, None)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ask for another address: it is mine once the link in a letter sent there is opened
///
/// Codes: `password_wrong`, `email_invalid` (422), `email_taken` (409), `rate_limited`.
#[utoipa::path(put, path = "/api/me/email", tag = "accounts", request_body = ChangeEmail,
    responses((status = 202), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn change_email(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<ChangeEmail>,
) -> ApiResult<StatusCode> {
    let device = device(&client, &headers, None);
    accounts.ask_email_change(&me, &body.email, body.current_password, &device).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ask for a letter with a link to choose a new password
///
/// The answer is the same whether there is such an account or not. Codes: `email_invalid` (422), `rate_limited`.
#[utoipa::path(post, path = "/api/accounts/password-reset", tag = "accounts", request_body = AskPasswordReset,
    responses((status = 202), Problems))]
async fn ask_password_reset(
    State(accounts): State<Accounts>,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<AskPasswordReset>,
) -> ApiResult<StatusCode> {
    accounts.ask_password_reset(&body.email, &device(&client, &headers, None)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Choose a new password by a link from a letter; every device is logged out
///
/// Codes: `link_invalid` (410), `password_too_short`, `password_too_long`, `password_common` (422), `rate_limited`.
#[utoipa::path(post, path = "/api/accounts/reset-password", tag = "accounts", request_body = ResetPassword,
    responses((status = 204), Problems))]
async fn reset_password(
    State(accounts): State<Accounts>,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<ResetPassword>,
) -> ApiResult<StatusCode> {
    accounts.reset_password(&body.token, body.password, &device(&client, &headers, None)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Choose another password; every other device is logged out
///
/// Codes: `password_wrong`, `password_too_short`, `password_too_long`, `password_common` (422), `rate_limited`.
#[utoipa::path(put, path = "/api/me/password", tag = "accounts", request_body = ChangePassword,
    responses((status = 204), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn change_password(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<ChangePassword>,
) -> ApiResult<StatusCode> {
    let device = device(&client, &headers, None);
    accounts.change_password(&me, body.current_password, body.password, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}
