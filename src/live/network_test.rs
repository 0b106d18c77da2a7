//! How much a network carries, measured before the call: bytes down and bytes up, of which the page takes the time.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::body::{Body, Bytes};
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Live;
use super::whip::bearer;
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::error::{ApiResult, Problem};
use crate::kernel::extract::Query;
use crate::kernel::openapi::Problems;

/// A second of 32 Mbit/s: what is faster is called so.
const MAX_DOWN: u32 = 4 << 20;
const MAX_UP: usize = 2 << 20;
const CHUNK: u32 = 16 << 10;

pub(super) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Live: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(download, upload))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// How many bytes: 1 to 4,194,304.
    #[param(minimum = 1, maximum = 4_194_304)]
    bytes: u32,
}

/// Bytes that mean nothing.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "says in the document what the body is")]
struct Noise(Vec<u8>);

/// Bytes to measure the way down with
///
/// The bearer is a room token. Codes: `bytes_invalid` (422), `token_invalid`, `token_expired`, `token_revoked` (401),
/// `rate_limited`.
#[utoipa::path(get, path = "/api/network-test", tag = "sessions", params(Wanted),
    responses((status = 200, body = Noise, content_type = "application/octet-stream"), Problems),
    security(("bearer" = [])))]
async fn download(
    State(kernel): State<Kernel>,
    State(live): State<Live>,
    client: Client,
    headers: HeaderMap,
    Query(Wanted { bytes }): Query<Wanted>,
) -> ApiResult<Response> {
    live.admit_to_network_test(&kernel, &client, &headers)?;
    if !(1..=MAX_DOWN).contains(&bytes) {
        let detail = format!("Ask for 1 to {MAX_DOWN} bytes.");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bytes_invalid", detail));
    }
    // Noise: nothing on the way can make it smaller.
    let noise = Bytes::from(kernel.random.bytes::<{ CHUNK as usize }>().to_vec());
    let lengths = (0..bytes.div_ceil(CHUNK)).map(move |chunk| (bytes - chunk * CHUNK).min(CHUNK) as usize);
    let chunks = lengths.map(move |len| Ok::<_, std::convert::Infallible>(noise.slice(..len)));
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CACHE_CONTROL, "no-store, no-transform".to_owned()),
        // Said, so that it is not compressed here either.
        (header::CONTENT_ENCODING, "identity".to_owned()),
    ];
    Ok((headers, Body::from_stream(stream::iter(chunks))).into_response())
}

/// Takes bytes to measure the way up with
///
/// Up to 2 MiB, which are thrown away. The bearer is a room token. Codes: as above, `body_too_large` (413).
#[utoipa::path(post, path = "/api/network-test", tag = "sessions",
    request_body(content = Noise, content_type = "application/octet-stream"),
    responses((status = 204, description = "All of them came"), Problems), security(("bearer" = [])))]
async fn upload(
    State(kernel): State<Kernel>,
    State(live): State<Live>,
    client: Client,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<StatusCode> {
    live.admit_to_network_test(&kernel, &client, &headers)?;
    let (mut came, mut chunks) = (0, body.into_data_stream());
    while let Some(chunk) = chunks.next().await {
        let unreadable = |_| Problem::new(StatusCode::BAD_REQUEST, "body_unreadable", "The upload broke off.");
        came += chunk.map_err(unreadable)?.len();
        if came > MAX_UP {
            let detail = format!("Send up to {MAX_UP} bytes.");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail));
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

impl Live {
    /// A room token, and not too often.
    fn admit_to_network_test(&self, kernel: &Kernel, client: &Client, headers: &HeaderMap) -> Result<(), Problem> {
        self.rooms.verify(bearer(headers)?)?;
        self.network_tests.take(kernel.clock.now(), client.ip)
    }
}
