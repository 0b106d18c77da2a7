//! HTTP of signing in by another provider.

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{OidcError, Returned};
use crate::accounts::model::{Credentials, Identity};
use crate::accounts::routes::{LoginAnswer, device};
use crate::accounts::{Accounts, Locale, LoggedIn, MaybeLoggedIn, SecondStep, cookies, factors};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path};
use crate::kernel::openapi::Problems;

pub(in crate::accounts) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(sign_in_providers))
        .routes(routes!(begin))
        .routes(routes!(finish))
        .routes(routes!(list_identities))
        .routes(routes!(unlink_identity))
}

/// Somewhere people may sign in by.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInProvider)]
struct ProviderAnswer {
    id: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SignInProviders)]
struct ProvidersAnswer {
    items: Vec<ProviderAnswer>,
}

/// Where the browser goes now.
#[derive(Serialize, ToSchema)]
#[schema(as = BegunSignIn)]
struct BegunAnswer {
    url: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Identities)]
struct IdentitiesAnswer {
    items: Vec<Identity>,
}

/// What the provider sent the browser back to `/sign-in/callback` with.
#[derive(Deserialize, ToSchema)]
struct FinishSignIn {
    state: String,
    /// Absent when the provider said no.
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    iss: Option<String>,
    /// The browser's language and zone, for those who are new.
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    time_zone: Option<String>,
}

/// Who else people may sign in by
#[utoipa::path(get, path = "/api/accounts/providers", tag = "accounts",
    responses((status = 200, body = ProvidersAnswer), Problems))]
async fn sign_in_providers(State(accounts): State<Accounts>) -> Json<ProvidersAnswer> {
    let all = accounts.providers.all();
    let items = all.map(|provider| ProviderAnswer { id: provider.id.to_owned(), name: provider.name.clone() });
    Json(ProvidersAnswer { items: items.collect() })
}

/// Begin to sign in by a provider, or to link it to the account that is signed in
///
/// Sets a cookie that finishing needs. Codes: `not_found`, `proof_required` (403: to link another), `provider_unavailable`
/// (502), `rate_limited`.
#[utoipa::path(post, path = "/api/accounts/providers/{id}/begin", tag = "accounts", params(("id" = String, Path)),
    responses((status = 200, body = BegunAnswer), Problems), security((), ("cookie" = []), ("bearer" = [])))]
async fn begin(
    State(accounts): State<Accounts>,
    MaybeLoggedIn(me): MaybeLoggedIn,
    Path(id): Path<String>,
    client: Client,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let begun = accounts.begin(&id, &device(&client, &headers, None), me.as_ref()).await?;
    Ok((cookies::set_attempt(&begun.cookie), Json(BegunAnswer { url: begun.url })).into_response())
}

/// Finish what `begin` began: logs in
///
/// 202 for those who have a second step. Codes: `attempt_invalid` (400), `provider_denied`, `provider_answer_refused`, `provider_email_unverified` (403),
/// `account_unverified`, `identity_taken`, `email_taken` (409), `provider_unavailable` (502).
#[utoipa::path(post, path = "/api/accounts/providers/finish", tag = "accounts", request_body = FinishSignIn,
    responses((status = 200, body = LoginAnswer), (status = 202, body = SecondStep), Problems), security((), ("cookie" = []), ("bearer" = [])))]
async fn finish(
    State(accounts): State<Accounts>,
    MaybeLoggedIn(me): MaybeLoggedIn,
    client: Client,
    headers: HeaderMap,
    Json(body): Json<FinishSignIn>,
) -> ApiResult<Response> {
    let cookie = cookies::attempt(&headers).ok_or(OidcError::AttemptInvalid)?;
    let FinishSignIn { state, code, iss, language, time_zone } = body;
    let returned = Returned { state, code, issuer: iss };
    let device = device(&client, &headers, None);
    let locale = Locale { language, time_zone };
    let entry = accounts.finish(cookie, returned, device, me.as_ref(), locale).await?;
    let mut response = factors::entry(&accounts, entry, Credentials::Cookies);
    cookies::clear_attempt(response.headers_mut());
    Ok(response)
}

/// The providers I may sign in by
#[utoipa::path(get, path = "/api/me/identities", tag = "accounts",
    responses((status = 200, body = IdentitiesAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn list_identities(State(accounts): State<Accounts>, me: LoggedIn) -> ApiResult<Json<IdentitiesAnswer>> {
    Ok(Json(IdentitiesAnswer { items: accounts.identities(me.user.id).await? }))
}

/// Sign in by this provider no more
///
/// Codes: `proof_required` (403), `last_way_in` (409).
#[utoipa::path(delete, path = "/api/me/identities/{provider}", tag = "accounts",
    params(("provider" = String, Path)), responses((status = 204), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn unlink_identity(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    Path(provider): Path<String>,
) -> ApiResult<StatusCode> {
    accounts.unlink(&me, &provider).await?;
    Ok(StatusCode::NO_CONTENT)
}
