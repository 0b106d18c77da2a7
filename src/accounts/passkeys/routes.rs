//! HTTP of passkeys.

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Assertion, CreationOptions, Passkey, Registration, RequestOptions};
use super::{Asks, Begun};
use crate::accounts::model::Credentials;
use crate::accounts::routes::{LoginAnswer, answer, device};
use crate::accounts::{Accounts, LoggedIn, MaybeLoggedIn};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path};
use crate::kernel::ids::PasskeyId;
use crate::kernel::openapi::Problems;

pub(in crate::accounts) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(challenge))
        .routes(routes!(log_in_by_passkey))
        .routes(routes!(begin_passkey))
        .routes(routes!(list_passkeys, add_passkey))
        .routes(routes!(rename_passkey, remove_passkey))
        .routes(routes!(ask_for_passkey))
}

#[derive(Deserialize, Default, ToSchema)]
struct AskChallenge {
    /// For the second step of a log-in.
    #[serde(default)]
    second_step_token: Option<String>,
}

/// What `navigator.credentials.get()` is to be asked.
#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyChallenge)]
struct ChallengeAnswer {
    /// To be sent back with the answer.
    ceremony: String,
    options: RequestOptions,
}

/// What `navigator.credentials.create()` is to be asked.
#[derive(Serialize, ToSchema)]
#[schema(as = BegunPasskey)]
struct BegunAnswer {
    ceremony: String,
    options: CreationOptions,
}

#[derive(Deserialize, ToSchema)]
struct LogInByPasskey {
    ceremony: String,
    credential: Assertion,
    #[serde(default)]
    credentials: Credentials,
    #[serde(default)]
    device_token: Option<String>,
}

#[derive(Deserialize, ToSchema)]
struct AddPasskey {
    ceremony: String,
    credential: Registration,
    /// 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

#[derive(Deserialize, ToSchema)]
struct RenamePasskey {
    /// 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

#[derive(Deserialize, ToSchema)]
struct AskForPasskey {
    after_password: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyAskedFor)]
struct AskedForAnswer {
    after_password: bool,
    /// New ones, if there were none. They are told this once.
    backup_codes: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Passkeys)]
struct PasskeysAnswer {
    items: Vec<Passkey>,
}

/// A challenge for a passkey
///
/// Without a login and a token it is for signing in by a passkey alone. Codes: `second_step_over` (401),
/// `passkeys_unavailable` (409), `rate_limited`.
#[utoipa::path(post, path = "/api/accounts/passkeys/challenge", tag = "accounts", request_body = AskChallenge,
    responses((status = 200, body = ChallengeAnswer), Problems), security((), ("cookie" = []), ("bearer" = [])))]
async fn challenge(
    State(accounts): State<Accounts>,
    MaybeLoggedIn(me): MaybeLoggedIn,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<AskChallenge>,
) -> ApiResult<Json<ChallengeAnswer>> {
    let device = device(&client, &headers, None);
    let begun = accounts.challenge(me.as_ref(), body.second_step_token.as_deref(), &device).await?;
    let Begun { ceremony, options } = begun;
    Ok(Json(ChallengeAnswer { ceremony, options }))
}

/// Log in by a passkey alone
///
/// Codes: `ceremony_over` (400), `passkey_unknown`, `passkey_refused`, `passkey_copied` (403), `rate_limited`.
#[utoipa::path(post, path = "/api/accounts/passkeys/log-in", tag = "accounts", request_body = LogInByPasskey,
    responses((status = 200, body = LoginAnswer), Problems))]
async fn log_in_by_passkey(
    State(accounts): State<Accounts>,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<LogInByPasskey>,
) -> ApiResult<Response> {
    let device = device(&client, &headers, body.device_token);
    let authenticated = accounts.log_in_by_passkey(&body.ceremony, &body.credential, device).await?;
    Ok(answer(&accounts, StatusCode::OK, authenticated, body.credentials))
}

/// Begin to register a passkey
///
/// Codes: `proof_required` (403), `passkeys_unavailable` (409).
#[utoipa::path(post, path = "/api/me/passkeys/begin", tag = "accounts",
    responses((status = 200, body = BegunAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn begin_passkey(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    client: Client,
    headers: HeaderMap,
) -> ApiResult<Json<BegunAnswer>> {
    let Begun { ceremony, options } = accounts.begin_passkey(&me, &device(&client, &headers, None)).await?;
    Ok(Json(BegunAnswer { ceremony, options }))
}

/// My passkeys
#[utoipa::path(get, path = "/api/me/passkeys", tag = "accounts",
    responses((status = 200, body = PasskeysAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn list_passkeys(State(accounts): State<Accounts>, me: LoggedIn) -> ApiResult<Json<PasskeysAnswer>> {
    Ok(Json(PasskeysAnswer { items: accounts.passkeys(me.user.id).await? }))
}

/// Keep the passkey that was made
///
/// Codes: `ceremony_over` (400), `proof_required`, `passkey_refused` (403), `passkey_exists`, `too_many_passkeys` (409),
/// `passkey_name_invalid` (422).
#[utoipa::path(post, path = "/api/me/passkeys", tag = "accounts", request_body = AddPasskey,
    responses((status = 201, body = Passkey), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn add_passkey(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<AddPasskey>,
) -> ApiResult<(StatusCode, Json<Passkey>)> {
    let device = device(&client, &headers, None);
    let passkey = accounts.add_passkey(&me, &body.ceremony, &body.credential, &body.name, &device).await?;
    Ok((StatusCode::CREATED, Json(passkey)))
}

/// Call a passkey something else
///
/// Code: `passkey_name_invalid` (422).
#[utoipa::path(put, path = "/api/me/passkeys/{id}", tag = "accounts", params(("id" = PasskeyId, Path)),
    request_body = RenamePasskey, responses((status = 204), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn rename_passkey(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    Path(id): Path<PasskeyId>,
    Json(body): Json<RenamePasskey>,
) -> ApiResult<StatusCode> {
    accounts.rename_passkey(me.user.id, id, &body.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a passkey
///
/// Codes: `proof_required` (403), `last_way_in` (409).
#[utoipa::path(delete, path = "/api/me/passkeys/{id}", tag = "accounts", params(("id" = PasskeyId, Path)),
    responses((status = 204), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn remove_passkey(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    Path(id): Path<PasskeyId>,
) -> ApiResult<StatusCode> {
    accounts.remove_passkey(&me, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for a passkey after my password, or no more
///
/// Codes: `proof_required` (403), `passkey_missing` (409), `rate_limited`.
#[utoipa::path(put, path = "/api/me/second-step/passkey", tag = "accounts", request_body = AskForPasskey,
    responses((status = 200, body = AskedForAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn ask_for_passkey(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    Json(body): Json<AskForPasskey>,
) -> ApiResult<Json<AskedForAnswer>> {
    let asks = if body.after_password { Asks::AfterPassword } else { Asks::Never };
    let backup_codes = accounts.ask_for_passkey(&me, asks).await?;
    Ok(Json(AskedForAnswer { after_password: body.after_password, backup_codes }))
}
