//! A provider: what it says of itself (OpenID Connect Discovery), its keys, and the exchange of a code.

use std::sync::Arc;

use jsonwebtoken::jwk::JwkSet;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, ExtraTokenFields,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, StandardRevocableToken, StandardTokenResponse, TokenUrl,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::OidcError;
use super::attempt::Attempt;
use super::token::{self, Expected, IdClaims};
use crate::kernel::clock::{Clock, Timestamp};
use crate::kernel::config::{Config, ProviderConfig, Secret};
use crate::kernel::https;

/// What a provider says of itself is asked again after this long.
const FRESH_S: u64 = 3_600;
/// An unknown key is reason to ask again, but no more often than this.
const KEYS_FRESH_S: u64 = 30;

/// The configured providers.
#[derive(Clone)]
pub(crate) struct Providers(Arc<Vec<Provider>>);

pub(super) struct Provider {
    pub(super) id: &'static str,
    /// What people call it.
    pub(super) name: String,
    pub(super) issuer: Arc<str>,
    client_id: String,
    client_secret: Secret,
    known: Mutex<Option<Arc<Known>>>,
}

struct Known {
    read_at: Timestamp,
    metadata: Metadata,
    keys: JwkSet,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// What a token answer holds beyond OAuth's.
#[derive(Debug, Serialize, Deserialize)]
struct IdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

type TokenAnswer = StandardTokenResponse<IdToken, BasicTokenType>;
type OauthClient = Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    oauth2::EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    oauth2::EndpointSet,
>;

impl Providers {
    pub(crate) fn of(config: &Config) -> Self {
        let all = config.providers().into_iter().map(|(id, provider)| Provider::new(id, provider));
        Self(Arc::new(all.collect()))
    }

    pub(super) fn find(&self, id: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.id == id)
    }

    pub(super) fn by_issuer(&self, issuer: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| &*provider.issuer == issuer)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }
}

impl Provider {
    fn new(id: &'static str, config: &ProviderConfig) -> Self {
        Self {
            id,
            name: config.name.clone(),
            issuer: config.issuer.as_str().into(),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            known: Mutex::default(),
        }
    }

    /// Where the browser goes to sign in.
    pub(super) async fn authorization_url(
        &self,
        clock: &Clock,
        attempt: &Attempt,
        redirect: &str,
    ) -> Result<String, OidcError> {
        let known = self.known(clock, FRESH_S).await?;
        let client = self.client(&known.metadata, redirect)?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let (url, _) = client
            .authorize_url(|| CsrfToken::new(attempt.state.clone()))
            .add_scopes(["openid", "email", "profile"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("nonce", attempt.nonce.clone())
            .url();
        Ok(url.to_string())
    }

    /// Who brought `code`.
    pub(super) async fn redeem(
        &self,
        clock: &Clock,
        attempt: &Attempt,
        redirect: &str,
        code: String,
    ) -> Result<IdClaims, OidcError> {
        let mut known = self.known(clock, FRESH_S).await?;
        let answer = self
            .client(&known.metadata, redirect)?
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request_async(&https::ask)
            .await
            .map_err(|error| match error {
                oauth2::RequestTokenError::ServerResponse(_) => OidcError::Denied,
                _ => OidcError::ProviderUnavailable("its token endpoint".to_owned()),
            })?;
        let id_token = answer.extra_fields().id_token.as_deref();
        let id_token = id_token.ok_or(OidcError::TokenInvalid("no ID token"))?;
        if !token::knows_key(&known.keys, id_token) {
            // Keys are rotated without notice.
            known = self.known(clock, KEYS_FRESH_S).await?;
        }
        let expected = Expected { issuer: &self.issuer, client_id: &self.client_id, nonce: &attempt.nonce };
        token::read(&known.keys, id_token, &expected, clock.now())
    }

    fn client(&self, metadata: &Metadata, redirect: &str) -> Result<OauthClient, OidcError> {
        let unsound = |_| OidcError::ProviderUnavailable("its endpoints are no addresses".to_owned());
        Ok(Client::new(ClientId::new(self.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.client_secret.expose().to_owned()))
            .set_auth_type(oauth2::AuthType::RequestBody)
            .set_auth_uri(AuthUrl::new(metadata.authorization_endpoint.clone()).map_err(unsound)?)
            .set_token_uri(TokenUrl::new(metadata.token_endpoint.clone()).map_err(unsound)?)
            .set_redirect_uri(RedirectUrl::new(redirect.to_owned()).map_err(unsound)?))
    }

    /// What it says of itself, not older than `fresh_s`.
    async fn known(&self, clock: &Clock, fresh_s: u64) -> Result<Arc<Known>, OidcError> {
        let mut slot = self.known.lock().await;
        let now = clock.now();
        if let Some(known) = slot.as_ref().filter(|known| now.since(known.read_at).as_secs() < fresh_s) {
            return Ok(Arc::clone(known));
        }
        let metadata: Metadata =
            fetch(&format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'))).await?;
        if *metadata.issuer != *self.issuer {
            return Err(OidcError::ProviderUnavailable("it says that it is another issuer".to_owned()));
        }
        let keys = fetch(&metadata.jwks_uri).await?;
        let known = Arc::new(Known { read_at: now, metadata, keys });
        *slot = Some(Arc::clone(&known));
        Ok(known)
    }
}

async fn fetch<T: DeserializeOwned>(url: &str) -> Result<T, OidcError> {
    let unavailable = |reason: String| OidcError::ProviderUnavailable(reason);
    let request = hyper::Request::get(url).header("accept", "application/json").body(Vec::new());
    let request = request.map_err(|error| unavailable(error.to_string()))?;
    let answer = https::ask(request).await.map_err(|error| unavailable(error.to_string()))?;
    if !answer.status().is_success() {
        return Err(unavailable(format!("status {}", answer.status().as_u16())));
    }
    serde_json::from_slice(answer.body()).map_err(|error| unavailable(error.to_string()))
}
