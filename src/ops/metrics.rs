//! Metrics of HTTP, and the ops port that shows everyone's.

use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, PullingGauge, TextEncoder};
use tokio::runtime::Handle;

use super::health::{self, Readiness};
use crate::kernel::Kernel;
use crate::kernel::error::{ApiResult, Problem};

const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Routes are the patterns, never paths people chose.
#[derive(Clone)]
pub(super) struct HttpMetrics {
    requests: IntCounterVec,
    seconds: HistogramVec,
}

impl HttpMetrics {
    pub(super) fn register(kernel: &Kernel) -> prometheus::Result<Self> {
        let requests = Opts::new("facementor_http_requests_total", "HTTP requests answered");
        let seconds = HistogramOpts::new("facementor_http_request_seconds", "Time from request to answer, in seconds");
        let build = Opts::new("facementor_build_info", "Always 1; the version is in the label");
        let metrics = Self {
            requests: IntCounterVec::new(requests, &["method", "route", "status"])?,
            seconds: HistogramVec::new(seconds.buckets(SECONDS.to_vec()), &["route"])?,
        };
        let build = IntGaugeVec::new(build, &["version"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let alive = || Handle::try_current().map_or(0.0, |runtime| runtime.metrics().num_alive_tasks() as f64);
        let tasks = PullingGauge::new("facementor_tasks", "Tasks of the asynchronous side now", Box::new(alive))?;
        kernel.metrics.register(Box::new(build))?;
        kernel.metrics.register(Box::new(tasks))?;
        kernel.metrics.register(Box::new(metrics.requests.clone()))?;
        kernel.metrics.register(Box::new(metrics.seconds.clone()))?;
        // So that an idle server shows them.
        metrics.observe("GET", "/healthz", 200, Duration::ZERO);
        Ok(metrics)
    }

    fn observe(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[method, route, &status.to_string()]).inc();
        self.seconds.with_label_values(&[route]).observe(took.as_secs_f64());
    }
}

/// Counts and logs every answer. No path, query, address or body: routes tell enough.
pub(super) async fn observe(
    State((kernel, metrics)): State<(Kernel, HttpMetrics)>,
    request: Request,
    next: Next,
) -> Response {
    let started = kernel.clock.instant();
    let matched = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let route = matched.unwrap_or_else(|| "other".to_owned());
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    // Anything else could be a word of the client's own.
    let method = match request.method().as_str() {
        method @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => method.to_owned(),
        _ => "other".to_owned(),
    };
    let response = next.run(request).await;
    let took = kernel.clock.instant().saturating_duration_since(started);
    let status = response.status().as_u16();
    metrics.observe(&method, &route, status, took);
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(request_id = id, method, route, status, duration_ms, "answered");
    response
}

/// What the ops port serves.
pub fn ops_router(kernel: &Kernel, readiness: Readiness) -> Router {
    let registry = kernel.metrics.clone();
    let metrics = async move || -> ApiResult<Response> {
        let text = TextEncoder::new().encode_to_string(&registry.gather()).map_err(Problem::internal)?;
        Ok(([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response())
    };
    Router::new().route("/metrics", get(metrics)).merge(health::routes(readiness))
}
