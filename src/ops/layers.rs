//! What surrounds every request, from the outside in.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};

use super::headers;
use super::health::{self, Readiness};
use super::metrics::{HttpMetrics, observe};
use crate::accounts;
use crate::kernel::Kernel;
use crate::kernel::error::Problem;

/// Preflights are remembered this long; browsers cap it anyway.
const PREFLIGHT_AGE: Duration = Duration::from_secs(7_200);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts `routes` behind request ids, logs and metrics, panics caught, security headers, CORS, the refusal of cross-site
/// requests, compression, a timeout and a body limit (which a route may raise by its own `DefaultBodyLimit`).
pub fn surround(routes: Router, kernel: &Kernel, readiness: Readiness) -> prometheus::Result<Router> {
    let metrics = HttpMetrics::register(kernel)?;
    Ok(routes
        .merge(health::routes(readiness))
        .layer(DefaultBodyLimit::max(kernel.config.http.body_limit_bytes))
        .layer(from_fn_with_state(kernel.clone(), time_out))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(kernel.clone(), accounts::refuse_cross_site))
        .layer(option_layer(cors(&kernel.config.http.cors_origins)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(kernel.clone(), headers::secure))
        .layer(from_fn_with_state((kernel.clone(), metrics), observe))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, RequestIds(kernel.clone()))))
}

/// Upgraded connections have left by their answer: this bounds the time until it.
async fn time_out(State(kernel): State<Kernel>, request: Request, next: Next) -> Response {
    let limit = Duration::from_secs(kernel.config.http.timeout_s);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = "This took too long. Try again.";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", detail).into_response()
        }
    }
}

/// Nobody but the listed origins, with their cookies. Without any, nothing is said about other origins at all.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION, header::IF_MATCH, header::IF_NONE_MATCH])
        .expose_headers([header::LOCATION, header::ETAG, header::LINK, header::RETRY_AFTER, REQUEST_ID])
        .max_age(PREFLIGHT_AGE);
    Some(layer)
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Problem::internal(Panicked(text)).into_response()
}

#[derive(Debug, thiserror::Error)]
#[error("a handler panicked: {0}")]
struct Panicked(String);

#[derive(Clone)]
struct RequestIds(Kernel);

impl MakeRequestId for RequestIds {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = self.0.random.uuid(&self.0.clock).to_string();
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}
