//! HTTP of accounts.

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Authenticated, Credentials, Tokens, User};
use super::{
    Accounts, Device, Locale, LoggedIn, Registration, SecondStep, cookies, factors, oidc, passkeys, profile_routes,
    recovery_routes,
};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::{ApiResult, Problem};
use crate::kernel::extract::{Json, Path};
use crate::kernel::ids::LoginId;
use crate::kernel::openapi::Problems;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(sign_up))
        .routes(routes!(log_in))
        .routes(routes!(refresh))
        .routes(routes!(log_out))
        .routes(routes!(list_logins, revoke_other_logins))
        .routes(routes!(revoke_login))
        .merge(recovery_routes::routes())
        .merge(profile_routes::routes())
        .merge(oidc::routes())
        .merge(factors::routes())
        .merge(passkeys::routes())
}

#[derive(Deserialize, ToSchema)]
struct SignUp {
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// At least 10 characters.
    #[schema(format = Password, min_length = 10, max_length = 200)]
    password: String,
    /// 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    display_name: String,
    /// The browser's language and zone; what is not known here is left out.
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    time_zone: Option<String>,
    #[serde(default)]
    credentials: Credentials,
}

#[derive(Deserialize, ToSchema)]
struct LogIn {
    email: String,
    #[schema(format = Password)]
    password: String,
    #[serde(default)]
    credentials: Credentials,
    /// What an earlier log-in on this device answered; browsers have it in a cookie.
    #[serde(default)]
    device_token: Option<String>,
}

#[derive(Deserialize, Default, ToSchema)]
struct RefreshRequest {
    /// Absent: the cookie's.
    #[serde(default)]
    refresh_token: Option<String>,
}

/// A person who just proved who they are.
#[derive(Serialize, ToSchema)]
#[schema(as = Login)]
pub(super) struct LoginAnswer {
    user: User,
    /// Only for `"credentials": "bearer"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tokens: Option<Tokens>,
    /// Only for `"credentials": "bearer"`, after proving who they are: to be sent with the next log-in. Keep it when
    /// logging out: it is what keeps people who guess passwords elsewhere from locking this device out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    device_token: Option<String>,
}

/// A device someone is logged in on.
#[derive(Serialize, ToSchema)]
#[schema(as = Device)]
struct DeviceAnswer {
    id: LoginId,
    created_at_ms: Timestamp,
    last_seen_at_ms: Timestamp,
    user_agent: String,
    /// Whether it is the one that asks.
    current: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Devices)]
struct DevicesAnswer {
    items: Vec<DeviceAnswer>,
}

/// Make an account
///
/// Codes: `email_taken` (409), `email_invalid`, `password_too_short`, `password_too_long`, `password_common`, `display_name_invalid` (422),
/// `rate_limited`.
#[utoipa::path(post, path = "/api/accounts/sign-up", tag = "accounts", request_body = SignUp,
    responses((status = 201, body = LoginAnswer), Problems))]
async fn sign_up(
    State(accounts): State<Accounts>,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<SignUp>,
) -> ApiResult<Response> {
    let SignUp { email, password, display_name, language, time_zone, credentials } = body;
    let registration = Registration { email, password, display_name, locale: Locale { language, time_zone } };
    let authenticated = accounts.sign_up(registration, device(&client, &headers, None)).await?;
    Ok(answer(&accounts, StatusCode::CREATED, authenticated, credentials))
}

/// Log in
///
/// 202 for those who have a second step: `POST /api/accounts/log-in/second-step` comes next. Codes: `credentials_wrong`
/// (401), `rate_limited` (429, with Retry-After).
#[utoipa::path(post, path = "/api/accounts/log-in", tag = "accounts", request_body = LogIn,
    responses((status = 200, body = LoginAnswer), (status = 202, body = SecondStep), Problems))]
async fn log_in(
    State(accounts): State<Accounts>,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<LogIn>,
) -> ApiResult<Response> {
    let device = device(&client, &headers, body.device_token);
    let entry = accounts.log_in(&body.email, body.password, device).await?;
    Ok(factors::entry(&accounts, entry, body.credentials))
}

/// New tokens for a refresh token, which is worthless afterwards
///
/// With the token in the body, the new ones come in the answer; with the cookie, as cookies. Code: `unauthenticated`.
#[utoipa::path(post, path = "/api/accounts/refresh", tag = "accounts", request_body = Option<RefreshRequest>,
    responses((status = 200, body = LoginAnswer), Problems))]
async fn refresh(
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    body: Option<Json<RefreshRequest>>,
) -> ApiResult<Response> {
    let body = body.map(|Json(body)| body).unwrap_or_default();
    let (token, credentials) = match (&body.refresh_token, cookies::refresh(&headers)) {
        (Some(token), _) => (token.as_str(), Credentials::Bearer),
        (None, Some(token)) => (token, Credentials::Cookies),
        // An access token alone is of no use any more. A request without any cookie gets none cleared: a log-in may be
        // on its way past it, and would be undone.
        (None, None) if cookies::access(&headers).is_some() => {
            return Ok((cookies::clear(), Problem::unauthenticated()).into_response());
        }
        (None, None) => return Err(Problem::unauthenticated()),
    };
    match accounts.refresh(token).await {
        Ok(authenticated) => Ok(answer(&accounts, StatusCode::OK, authenticated, credentials)),
        // A cookie that no longer works would only be sent again and again.
        Err(error) if credentials == Credentials::Cookies => {
            Ok((cookies::clear(), Problem::from(error)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// End this login
#[utoipa::path(post, path = "/api/accounts/log-out", tag = "accounts", responses((status = 204), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn log_out(State(accounts): State<Accounts>, me: LoggedIn) -> ApiResult<Response> {
    accounts.revoke(me.user.id, me.login).await?;
    Ok((StatusCode::NO_CONTENT, cookies::clear()).into_response())
}

/// The devices I am logged in on
#[utoipa::path(get, path = "/api/me/logins", tag = "accounts", responses((status = 200, body = DevicesAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn list_logins(State(accounts): State<Accounts>, me: LoggedIn) -> ApiResult<Json<DevicesAnswer>> {
    let logins = accounts.logins(me.user.id).await?;
    let items = logins.into_iter().map(|login| DeviceAnswer {
        id: login.id,
        created_at_ms: login.created_at,
        last_seen_at_ms: login.last_seen_at,
        current: login.id == me.login,
        user_agent: login.user_agent,
    });
    Ok(Json(DevicesAnswer { items: items.collect() }))
}

/// End a login on another device, or this one
#[utoipa::path(delete, path = "/api/me/logins/{id}", tag = "accounts", params(("id" = LoginId, Path)),
    responses((status = 204), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn revoke_login(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    Path(id): Path<LoginId>,
) -> ApiResult<StatusCode> {
    accounts.revoke(me.user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End every login but this one
#[utoipa::path(delete, path = "/api/me/logins", tag = "accounts", responses((status = 204), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn revoke_other_logins(State(accounts): State<Accounts>, me: LoggedIn) -> ApiResult<StatusCode> {
    accounts.revoke_others(&me).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn answer(
    accounts: &Accounts,
    status: StatusCode,
    authenticated: Authenticated,
    credentials: Credentials,
) -> Response {
    let Authenticated { user, tokens, device_token } = authenticated;
    match credentials {
        Credentials::Cookies => {
            let mut cookies = cookies::set(&tokens, accounts.kernel.clock.now());
            if let Some(token) = device_token {
                cookies::set_device(&mut cookies, &token);
            }
            (status, cookies, Json(LoginAnswer { user, tokens: None, device_token: None })).into_response()
        }
        Credentials::Bearer => (status, Json(LoginAnswer { user, tokens: Some(tokens), device_token })).into_response(),
    }
}

/// Where a request comes from; `token` is what its body says of the device.
pub(super) fn device(client: &Client, headers: &HeaderMap, token: Option<String>) -> Device {
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Device {
        ip: client.ip,
        user_agent: user_agent.chars().take(300).collect(),
        origin: client.origin.clone(),
        token: token.or_else(|| cookies::device(headers).map(str::to_owned)),
    }
}
