//! HTTP errors: RFC 9457 problem+json with a stable `code`.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

type Members = serde_json::Map<String, serde_json::Value>;

pub type ApiResult<T> = Result<T, Problem>;

/// What went wrong, as RFC 9457 has it. `code` is the stable name clients may match on; `detail` is for people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` names the problem.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: String,
    /// The fields at fault, when the request body has some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldProblem>,
    /// More, by the problem's own names (RFC 9457 §3.2).
    #[serde(flatten)]
    #[schema(ignore)]
    members: Option<Box<Members>>,
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

/// What is wrong with one field of the request body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    pub field: &'static str,
    pub code: &'static str,
    pub detail: String,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let (kind, status, detail) = ("about:blank", status.as_u16(), detail.into());
        Self { kind, title, status, code, detail, fields: Vec::new(), members: None, retry_after_s: None }
    }

    /// 422 that names every field at fault; `code` is the first one's.
    pub fn fields(fields: Vec<FieldProblem>) -> Self {
        let (code, detail) = match fields.first() {
            Some(first) => (first.code, first.detail.clone()),
            None => ("invalid", "The request is not valid.".to_owned()),
        };
        Self { fields, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail) }
    }

    /// With a member of its own.
    pub fn with_member(mut self, name: &str, value: impl Serialize) -> Self {
        let members = self.members.get_or_insert_default();
        members.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status: status.as_u16(), title: status.canonical_reason().unwrap_or("Error"), ..self }
    }

    /// 401: there is no log-in, or it is over.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Log in first.")
    }

    /// 404 for what does not exist and for what the asker may not know to exist.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here, or it is not yours.")
    }

    /// 429 with `Retry-After`.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let detail = "Too many attempts. Wait a little, then try again.";
        let seconds = u32::try_from(retry_after.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX);
        Self { retry_after_s: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail) }
    }

    /// 500. Logs `error` here, once; the client learns nothing of it.
    pub fn internal(error: impl std::error::Error) -> Self {
        let mut causes = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push_str(": ");
            causes.push_str(&cause.to_string());
            source = cause.source();
        }
        tracing::error!(error = causes, "request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something broke on our side. It has been logged.")
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status(), [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A database that fails is our fault, never the client's.
impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self::internal(error)
    }
}
