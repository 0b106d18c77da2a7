//! Cross-site request forgery: a request that changes something must come from our own pages or a listed origin.
//!
//! Browsers say where a request comes from (Fetch Metadata; Origin before it). A request that says nothing is not a
//! browser's and carries no cookies a browser would add by itself. Bearer tokens are never added by themselves either.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::extract::bearer;
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::error::Problem;

/// Middleware for every route.
pub async fn refuse_cross_site(State(kernel): State<Kernel>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    let origin = Client::of(&parts, &kernel).origin;
    if safe || bearer(&parts.headers).is_some() || is_ours(&parts.headers, &origin, &kernel.config.http.cors_origins) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let detail = "This request came from a page of another site.";
    Problem::new(StatusCode::FORBIDDEN, "cross_site_refused", detail).into_response()
}

pub(super) fn is_ours(headers: &HeaderMap, own: &str, listed: &[String]) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(header::ORIGIN);
    if origin.is_some_and(|origin| listed.iter().any(|listed| listed == origin)) {
        return true;
    }
    match (text(header::HeaderName::from_static("sec-fetch-site")), origin) {
        (Some("same-origin" | "none"), _) => true,
        (Some(_), _) => false,
        (None, Some(origin)) => origin == own,
        (None, None) => !headers.contains_key(header::ORIGIN),
    }
}
