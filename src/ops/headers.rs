//! Headers of every answer: what pages may do, who may embed them, what may be kept.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::kernel::Kernel;
use crate::kernel::client::Client;

/// No inline script, nothing from elsewhere. Radix inserts `<style>` elements, so inline style is allowed. WebSockets may
/// go to another node of ours.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; \
    img-src 'self' blob: data:; media-src 'self' blob: mediastream:; connect-src 'self' ws: wss:; \
    worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors ";

/// Marks an answer, as an extension, that pages of `http.embed_origins` may show in a frame.
#[derive(Debug, Clone, Copy)]
pub struct Embeddable;

const PERMISSIONS_POLICY: &str = "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), \
    autoplay=(self), screen-wake-lock=(self), geolocation=(), payment=(), usb=(), browsing-topics=()";

const ALWAYS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    // Links to sessions are secrets: no other site learns them.
    ("referrer-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-site"),
];

/// What a document may do; nothing else obeys it.
const OF_PAGES: &[(&str, &str)] =
    &[("permissions-policy", PERMISSIONS_POLICY), ("cross-origin-opener-policy", "same-origin")];

/// Two years, as browsers' preload lists ask.
const HSTS: &str = "max-age=63072000; includeSubDomains";

/// Middleware for every route.
pub(super) async fn secure(State(kernel): State<Kernel>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let https = Client::of(&parts, &kernel).asked_origin.starts_with("https://");
    let api = parts.uri.path().starts_with("/api/");
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let embeddable = response.extensions().get::<Embeddable>().is_some();
    let headers = response.headers_mut();
    let origins = &kernel.config.http.embed_origins;
    let ancestors = if embeddable && !origins.is_empty() { origins.join(" ") } else { "'none'".to_owned() };
    let policy = HeaderValue::from_str(&format!("{CONTENT_SECURITY_POLICY}{ancestors}"));
    // Files that people brought say themselves that they may do nothing at all.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy.expect("origins are ASCII"));
    if ancestors == "'none'" {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let of_pages = if kind.starts_with("text/html") { OF_PAGES } else { &[] };
    for (name, value) in ALWAYS.iter().chain(of_pages) {
        headers.entry(*name).or_insert(HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    if api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}
