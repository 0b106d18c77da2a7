//! The web app, embedded: hashed assets for ever, everything else checked by ETag, every page the same index.html.

use std::fmt::Write;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::kernel::error::Problem;

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Dist;

/// Paths that belong to the API: what is missing there is missing, never a page.
const API: &[&str] = &["/api", "/signaling", "/whip", "/whep", "/healthz", "/readyz"];

/// Vite puts files with a hash in their name here.
const HASHED: &str = "assets/";

/// Beside a file there may be one with this behind its name: the same by Brotli (`web/scripts/compress.mjs`).
const SMALL: &str = ".br";

/// A script may be a worker, which obeys the policy it came with. Ours need nothing but their own code.
const POLICY_OF_ASSETS: &str = "default-src 'none'; script-src 'self'; frame-ancestors 'none'";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>FaceMentor</title>\
    <h1>The web app is not built</h1><p>Run <code>make web</code>, then reload. The API is at \
    <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p></html>";

/// Answers what no route does.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> axum::response::Response {
    let path = uri.path();
    if API.iter().any(|api| path.strip_prefix(api).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))) {
        return Problem::new(StatusCode::NOT_FOUND, "route_unknown", "There is no such address.").into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return method_not_allowed().await.into_response();
    }
    let name = path.trim_start_matches('/');
    let last = name.rsplit('/').next().unwrap_or_default();
    // Vite's manifest is the builder's business, and how small a file became is ours.
    if let Some(file) = Dist::get(name).filter(|_| !name.starts_with('.') && !name.ends_with(SMALL)) {
        return file_answer(name, &file, &headers).into_response();
    }
    if last.contains('.') || name.starts_with(HASHED) {
        return Problem::new(StatusCode::NOT_FOUND, "file_unknown", "There is no such file.").into_response();
    }
    match Dist::get("index.html") {
        Some(file) => file_answer("index.html", &file, &headers).into_response(),
        None => not_built().into_response(),
    }
}

/// The page every address shows; None when the web app is not built.
pub(crate) fn index_html() -> Option<String> {
    Dist::get("index.html").and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

/// A file of the web app, by name.
pub(crate) fn file(name: &str, headers: &HeaderMap) -> axum::response::Response {
    match Dist::get(name) {
        Some(file) => file_answer(name, &file, headers).into_response(),
        None => not_built().into_response(),
    }
}

/// Says what to do about a web app that is not there.
pub(crate) fn not_built() -> impl IntoResponse {
    let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
    (StatusCode::SERVICE_UNAVAILABLE, [kind, (header::CACHE_CONTROL, "no-store")], NOT_BUILT)
}

/// A route that exists, asked in a way it does not know.
pub(crate) async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take this method.")
}

fn file_answer(name: &str, file: &EmbeddedFile, asked: &HeaderMap) -> Response<Body> {
    let mut etag = String::from("\"");
    for byte in file.metadata.sha256_hash().iter().take(16) {
        write!(etag, "{byte:02x}").expect("writing to a String cannot fail");
    }
    etag.push('"');
    let small = if takes_brotli(asked) { Dist::get(&format!("{name}{SMALL}")) } else { None };
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    // Compression weakens a tag (`W/`); it still names the same file.
    let fresh = known.flat_map(|line| line.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let cache = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let data = small.as_ref().map_or(&file.data, |small| &small.data);
    let mut response = Response::new(if fresh { Body::empty() } else { Body::from(data.clone().into_owned()) });
    if fresh {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    if small.is_some() {
        etag.insert_str(0, "W/");
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if name.starts_with(HASHED) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_OF_ASSETS));
    }
    headers.insert(header::ETAG, HeaderValue::from_str(&etag).expect("hex digits and quotes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&kind).expect("MIME types are ASCII"));
    response
}

/// Whether the client takes Brotli (RFC 9110 §12.5.3).
fn takes_brotli(asked: &HeaderMap) -> bool {
    let said = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    said.flat_map(|line| line.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_brotli = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br"));
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
        is_brotli && weight.is_ok_and(|weight| weight > 0.0)
    })
}
