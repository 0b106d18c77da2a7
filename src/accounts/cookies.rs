//! Tokens in `__Host-` cookies (RFC 6265bis §4.1.3.2): HTTP-only, Secure (browsers take http://localhost for secure),
//! never for subdomains.

use axum::http::{HeaderMap, HeaderValue, header};

use super::model::Tokens;
use super::{devices, oidc};
use crate::kernel::clock::Timestamp;

const ACCESS: &str = "__Host-access";
const REFRESH: &str = "__Host-refresh";
const DEVICE: &str = "__Host-device";
const ATTEMPT: &str = "__Host-attempt";

pub(super) fn access(headers: &HeaderMap) -> Option<&str> {
    find(headers, ACCESS)
}

pub(super) fn refresh(headers: &HeaderMap) -> Option<&str> {
    find(headers, REFRESH)
}

/// What this browser was given when someone last logged in on it.
pub(super) fn device(headers: &HeaderMap) -> Option<&str> {
    find(headers, DEVICE)
}

/// Remembers the device; unlike the others it outlives logging out.
pub(super) fn set_device(headers: &mut HeaderMap, token: &str) {
    append(headers, &cookie(DEVICE, token, devices::KEPT.as_secs()));
}

/// The sign-in by a provider that this browser has begun.
pub(super) fn attempt(headers: &HeaderMap) -> Option<&str> {
    find(headers, ATTEMPT)
}

pub(super) fn set_attempt(token: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    append(&mut headers, &cookie(ATTEMPT, token, oidc::ATTEMPT_KEPT.as_secs()));
    headers
}

pub(super) fn clear_attempt(headers: &mut HeaderMap) {
    append(headers, &cookie(ATTEMPT, "", 0));
}

/// Headers that hand `tokens` to a browser. The access cookie outlives its token: a request with an expired token is
/// told to refresh, one without any is a stranger's.
pub(super) fn set(tokens: &Tokens, now: Timestamp) -> HeaderMap {
    let seconds = tokens.refresh_expires_at_ms.since(now).as_secs();
    both(cookie(ACCESS, &tokens.access_token, seconds), cookie(REFRESH, &tokens.refresh_token, seconds))
}

/// Headers that make a browser forget.
pub fn clear() -> HeaderMap {
    both(cookie(ACCESS, "", 0), cookie(REFRESH, "", 0))
}

fn both(access: String, refresh: String) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for cookie in [access, refresh] {
        append(&mut headers, &cookie);
    }
    headers
}

fn append(headers: &mut HeaderMap, cookie: &str) {
    let value = HeaderValue::from_str(cookie).expect("tokens are base64url and dots");
    headers.append(header::SET_COOKIE, value);
}

fn cookie(name: &str, value: &str, max_age_s: u64) -> String {
    format!("{name}={value}; Path=/; Max-Age={max_age_s}; Secure; HttpOnly; SameSite=Strict")
}

fn find<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
}
