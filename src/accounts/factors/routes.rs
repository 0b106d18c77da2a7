//! HTTP of second factors.

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::totp::Qr;
use super::{Entry, Proof, SecondStep, TotpOffer, Way};
use crate::accounts::model::Credentials;
use crate::accounts::routes::{LoginAnswer, answer, device};
use crate::accounts::{Accounts, LoggedIn};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::Json;
use crate::kernel::openapi::Problems;

pub(in crate::accounts) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(second_step))
        .routes(routes!(prove))
        .routes(routes!(security))
        .routes(routes!(offer_totp, remove_totp))
        .routes(routes!(confirm_totp))
        .routes(routes!(renew_backup_codes))
}

#[derive(Deserialize, ToSchema)]
struct TakeSecondStep {
    /// From the first step's answer.
    second_step_token: String,
    /// One of the ways the answer named.
    proof: Proof,
    #[serde(default)]
    credentials: Credentials,
    /// As with the first step.
    #[serde(default)]
    device_token: Option<String>,
}

#[derive(Deserialize, ToSchema)]
struct Prove {
    proof: Proof,
}

#[derive(Deserialize, ToSchema)]
struct ConfirmTotp {
    /// Six digits.
    code: String,
}

/// How somebody's account is guarded.
#[derive(Serialize, ToSchema)]
#[schema(as = Security)]
struct SecurityAnswer {
    /// Whether logging in takes two steps.
    two_step: bool,
    /// Whether an authenticator app is set up.
    totp: bool,
    /// Whether a passkey is asked for after the password.
    asks_for_passkey: bool,
    backup_codes_left: i64,
    has_password: bool,
    /// By what they prove themselves anew.
    proofs: Vec<Way>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TotpOffer)]
struct TotpOfferAnswer {
    /// To be typed (base32), where no camera sees the QR code.
    secret: String,
    /// What the QR code says, for apps on the same device.
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    qr: Option<Qr>,
}

/// Each is good for one log-in. They are told this once.
#[derive(Serialize, ToSchema)]
#[schema(as = BackupCodes)]
struct BackupCodesAnswer {
    backup_codes: Vec<String>,
}

impl BackupCodesAnswer {
    fn of(backup_codes: Vec<String>) -> Json<Self> {
        Json(Self { backup_codes })
    }
}

/// Take the second step of a log-in
///
/// Codes: `proof_wrong` (422), `second_step_over` (401: begin again), `passkey_refused`, `passkey_copied` (403),
/// `rate_limited`.
#[utoipa::path(post, path = "/api/accounts/log-in/second-step", tag = "accounts", request_body = TakeSecondStep,
    responses((status = 200, body = LoginAnswer), Problems))]
async fn second_step(
    State(accounts): State<Accounts>,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<TakeSecondStep>,
) -> ApiResult<Response> {
    let device = device(&client, &headers, body.device_token);
    let authenticated = accounts.second_step(&body.second_step_token, body.proof, device).await?;
    Ok(answer(&accounts, StatusCode::OK, authenticated, body.credentials))
}

/// Prove that it is me, for what asks for it (`proof_required`) in the next ten minutes
///
/// Codes: `proof_wrong` (422), `passkey_refused`, `passkey_copied` (403), `rate_limited`.
#[utoipa::path(post, path = "/api/me/proof", tag = "accounts", request_body = Prove,
    responses((status = 204), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn prove(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<Prove>,
) -> ApiResult<StatusCode> {
    accounts.prove(&me, body.proof, &device(&client, &headers, None)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How my account is guarded
#[utoipa::path(get, path = "/api/me/security", tag = "accounts",
    responses((status = 200, body = SecurityAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn security(State(accounts): State<Accounts>, me: LoggedIn) -> ApiResult<Json<SecurityAnswer>> {
    let factors = accounts.factors(me.user.id).await?;
    Ok(Json(SecurityAnswer {
        two_step: factors.two_step(),
        totp: factors.totp,
        asks_for_passkey: factors.asks_for_passkey,
        backup_codes_left: factors.backup_codes,
        has_password: factors.password,
        proofs: factors.proofs(),
    }))
}

/// Begin to set up an authenticator app
///
/// Its secret counts once a code of it was sent. Codes: `proof_required` (403), `totp_exists` (409).
#[utoipa::path(post, path = "/api/me/totp", tag = "accounts",
    responses((status = 200, body = TotpOfferAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn offer_totp(State(accounts): State<Accounts>, me: LoggedIn) -> ApiResult<Json<TotpOfferAnswer>> {
    let TotpOffer { secret, uri, qr } = accounts.offer_totp(&me).await?;
    Ok(Json(TotpOfferAnswer { secret, uri, qr }))
}

/// Turn the authenticator app on by its first code; logging in takes two steps from now on
///
/// Codes: `proof_required` (403), `code_wrong` (422), `totp_unknown` (409), `rate_limited`.
#[utoipa::path(post, path = "/api/me/totp/confirm", tag = "accounts", request_body = ConfirmTotp,
    responses((status = 200, body = BackupCodesAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn confirm_totp(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    Json(body): Json<ConfirmTotp>,
) -> ApiResult<Json<BackupCodesAnswer>> {
    Ok(BackupCodesAnswer::of(accounts.confirm_totp(&me, &body.code).await?))
}

/// Turn the authenticator app off
///
/// Codes: `proof_required` (403), `totp_unknown` (409).
#[utoipa::path(delete, path = "/api/me/totp", tag = "accounts", responses((status = 204), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn remove_totp(State(accounts): State<Accounts>, me: LoggedIn) -> ApiResult<StatusCode> {
    accounts.remove_totp(&me).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ten new backup codes in place of the old ones
///
/// Codes: `proof_required` (403), `two_step_off` (409), `rate_limited`.
#[utoipa::path(post, path = "/api/me/backup-codes", tag = "accounts",
    responses((status = 200, body = BackupCodesAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn renew_backup_codes(State(accounts): State<Accounts>, me: LoggedIn) -> ApiResult<Json<BackupCodesAnswer>> {
    Ok(BackupCodesAnswer::of(accounts.renew_backup_codes(&me).await?))
}

/// 200 with the login, or 202 with what the second step may be.
pub(in crate::accounts) fn entry(accounts: &Accounts, entry: Entry, credentials: Credentials) -> Response {
    match entry {
        Entry::In(authenticated) => answer(accounts, StatusCode::OK, *authenticated, credentials),
        Entry::SecondStep(step) => (StatusCode::ACCEPTED, Json::<SecondStep>(step)).into_response(),
    }
}
