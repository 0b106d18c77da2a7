//! Whether an ID token is sound (OpenID Connect Core §3.1.3.7). Pure.

use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::{Deserialize, Deserializer};

use super::OidcError;
use crate::kernel::clock::Timestamp;

/// Providers sign with their private key; nothing that the client's secret or nobody signed is believed.
const ALGORITHMS: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// How far the provider's clock may be off.
const LEEWAY: Duration = Duration::from_secs(60);

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
}

/// Who somebody is at a provider.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct IdClaims {
    pub(super) sub: String,
    #[serde(default)]
    pub(super) email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    pub(super) email_verified: bool,
    #[serde(default)]
    pub(super) name: Option<String>,
    exp: i64,
    #[serde(default)]
    nonce: Option<String>,
    /// Whom the token is for, where it is not plain.
    #[serde(default)]
    azp: Option<String>,
}

/// Some providers write `"true"`.
fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value == true || value == "true")
}

/// Whether `keys` might hold the key a token names: if not, newer ones are worth asking for.
pub(super) fn knows_key(keys: &JwkSet, token: &str) -> bool {
    let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid);
    kid.is_none_or(|kid| keys.find(&kid).is_some())
}

/// The claims of a token that everything speaks for.
pub(super) fn read(keys: &JwkSet, token: &str, expected: &Expected, now: Timestamp) -> Result<IdClaims, OidcError> {
    let refused = OidcError::TokenInvalid;
    let header = jsonwebtoken::decode_header(token).map_err(|_| refused("no token"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(refused("an algorithm we do not take"));
    }
    let key = match &header.kid {
        Some(kid) => keys.find(kid),
        None => keys.keys.first().filter(|_| keys.keys.len() == 1),
    };
    let key = key.and_then(|key| DecodingKey::from_jwk(key).ok()).ok_or_else(|| refused("an unknown key"))?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client_id]);
    // Our clock is injected; the library would ask the system's.
    validation.validate_exp = false;
    validation.required_spec_claims = ["iss", "aud", "exp", "sub"].map(str::to_owned).into();
    let claims = jsonwebtoken::decode::<IdClaims>(token, &key, &validation)
        .map_err(|_| refused("signature, issuer or audience"))?
        .claims;
    if Timestamp(claims.exp.saturating_mul(1_000)).plus(LEEWAY) <= now {
        return Err(refused("expired"));
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(refused("another nonce"));
    }
    if claims.azp.as_deref().is_some_and(|party| party != expected.client_id) {
        return Err(refused("another party's token"));
    }
    if claims.sub.is_empty() || claims.sub.len() > 255 {
        return Err(refused("no subject"));
    }
    Ok(claims)
}
