//! WHIP (RFC 9725) to publish and WHEP (draft-ietf-wish-whep) to watch, for tools and broadcast software.
//!
//! `POST /whip/{room}/{id}` publishes as `id`; `POST /whep/{room}/{id}` watches everyone, `?publisher=` only that one,
//! who need not be there yet. The bearer is a room token. Pages of any origin may use it: no cookie is read.

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use signaling::ErrorCode;
use signaling::message::IceServer;

use super::Live;
use super::room::{Answer, DoorError, Restart, Watched};
use super::rooms::RoomsError;
use super::token::{RoomName, RoomToken, RoomTokenError};
use crate::kernel::error::Problem;
use crate::kernel::extract::{Path, Query};

const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";
/// Longest `{id}` and `publisher`, in bytes.
const MAX_ID: usize = 64;

pub(super) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Live: FromRef<S>,
{
    Router::new()
        .route("/whip/{room}/{id}", post(publish).options(options))
        .route("/whep/{room}/{id}", post(view).options(options))
        .route("/whip/{room}/{id}/{resource}", axum::routing::delete(close).patch(restart).options(options))
        .route("/whep/{room}/{id}/{resource}", axum::routing::delete(close).patch(restart).options(options))
        .layer(DefaultBodyLimit::max(signaling::limits::MAX_OFFER_FRAME))
        .layer(map_response(allow_any_origin))
}

#[derive(Deserialize)]
struct ViewQuery {
    publisher: Option<String>,
}

async fn publish(
    State(live): State<Live>,
    Path((room, id)): Path<(String, String)>,
    headers: HeaderMap,
    offer: String,
) -> Result<Response, Problem> {
    let (room, token) = admitted(&live, &headers, &room)?;
    require(&headers, SDP)?;
    require_id(&id)?;
    let answer = live.rooms.publish(&room, token, id.clone(), offer).await?;
    Ok(created(&format!("/whip/{room}/{id}"), answer))
}

async fn view(
    State(live): State<Live>,
    Path((room, id)): Path<(String, String)>,
    Query(query): Query<ViewQuery>,
    headers: HeaderMap,
    offer: String,
) -> Result<Response, Problem> {
    let (room, token) = admitted(&live, &headers, &room)?;
    require(&headers, SDP)?;
    require_id(&id)?;
    let watched = match query.publisher {
        None => Watched::Everyone,
        Some(publisher) => {
            require_id(&publisher)?;
            Watched::One(publisher)
        }
    };
    let answer = live.rooms.view(&room, token, watched, offer).await?;
    Ok(created(&format!("/whep/{room}/{id}"), answer))
}

async fn close(
    State(live): State<Live>,
    Path((room, _, resource)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let (room, token) = admitted(&live, &headers, &room)?;
    live.rooms.close_door(&room, token, resource).await?;
    Ok(StatusCode::OK)
}

async fn restart(
    State(live): State<Live>,
    Path((room, _, resource)): Path<(String, String, String)>,
    headers: HeaderMap,
    fragment: String,
) -> Result<Response, Problem> {
    let (room, token) = admitted(&live, &headers, &room)?;
    require(&headers, FRAGMENT)?;
    let entity_tag = match headers.get(header::IF_MATCH).map(HeaderValue::to_str) {
        None | Some(Err(_)) => {
            let detail = "If-Match must name the ICE session, or be * for an ICE restart.";
            return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "if_match_required", detail));
        }
        Some(Ok("*")) => None,
        Some(Ok(tag)) => Some(tag.to_owned()),
    };
    let answered = live.rooms.restart(&room, token, Restart { resource, entity_tag, fragment }).await?;
    Ok(match answered {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(answer) => {
            let headers = [(header::CONTENT_TYPE, FRAGMENT.to_owned()), (header::ETAG, answer.entity_tag)];
            (StatusCode::OK, headers, answer.body).into_response()
        }
    })
}

/// Answers preflights (Fetch §3.2.2) and says what may be posted (RFC 9725 §4.2).
async fn options(State(live): State<Live>) -> Response {
    let headers = [
        (HeaderName::from_static("accept-post"), SDP),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, PATCH, DELETE, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, If-Match"),
    ];
    let mut response = (StatusCode::NO_CONTENT, headers).into_response();
    // Whoever asks: nobody's own credentials here.
    put_links(live.rooms.ice_servers().listed(), response.headers_mut());
    response
}

async fn allow_any_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers
        .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Location, ETag, Link, Accept-Patch"));
    response
}

fn created(url: &str, answer: Answer) -> Response {
    let ice_servers = answer.ice_servers;
    let headers = [
        (header::CONTENT_TYPE, SDP.to_owned()),
        (header::LOCATION, format!("{url}/{}", answer.resource)),
        (header::ETAG, answer.entity_tag),
        (HeaderName::from_static("accept-patch"), FRAGMENT.to_owned()),
    ];
    let mut response = (StatusCode::CREATED, headers, answer.body).into_response();
    put_links(&ice_servers, response.headers_mut());
    response
}

fn put_links(ice_servers: &[IceServer], headers: &mut HeaderMap) {
    for link in ice_servers.iter().flat_map(links) {
        if let Ok(link) = HeaderValue::from_str(&link) {
            headers.append(header::LINK, link);
        }
    }
}

/// RFC 9725 §4.6.
fn links(server: &IceServer) -> Vec<String> {
    let credentials = match (&server.username, &server.credential) {
        (Some(username), Some(credential)) => {
            format!("; username=\"{username}\"; credential=\"{credential}\"; credential-type=\"password\"")
        }
        _ => String::new(),
    };
    server.urls.iter().map(|url| format!("<{url}>; rel=\"ice-server\"{credentials}")).collect()
}

/// The token of `Authorization: Bearer`.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (_, token) = value
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .ok_or_else(Problem::unauthenticated)?;
    Ok(token.trim())
}

/// The room of the URL and the token that opens it.
fn admitted(live: &Live, headers: &HeaderMap, room: &str) -> Result<(RoomName, RoomToken), Problem> {
    let room: RoomName = room.parse().map_err(|_| Problem::not_found())?;
    let token = live.rooms.verify(bearer(headers)?)?;
    if token.room.matches(&room) { Ok((room, token)) } else { Err(RoomTokenError::Invalid.into()) }
}

fn require(headers: &HeaderMap, media_type: &str) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = given.split(';').next().unwrap_or_default().trim();
    if given.eq_ignore_ascii_case(media_type) {
        return Ok(());
    }
    let detail = format!("The body must be {media_type}.");
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type_unsupported", detail))
}

/// Ids become names that people see and parts of URLs.
fn require_id(id: &str) -> Result<(), Problem> {
    let character = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let fine = (1..=MAX_ID).contains(&id.len()) && id.chars().all(character);
    if fine { Ok(()) } else { Err(Problem::not_found()) }
}

impl From<RoomTokenError> for Problem {
    fn from(error: RoomTokenError) -> Self {
        let code = match error {
            RoomTokenError::Invalid => "token_invalid",
            RoomTokenError::Expired => "token_expired",
            RoomTokenError::Revoked => "token_revoked",
        };
        Problem::new(StatusCode::UNAUTHORIZED, code, format!("This does not open the room: {error}."))
    }
}

impl From<RoomsError> for Problem {
    fn from(error: RoomsError) -> Self {
        match error {
            RoomsError::Door(error) => error.into(),
            RoomsError::Refused(refusal) => DoorError::Refused(refusal).into(),
            RoomsError::Gone => Problem::not_found(),
        }
    }
}

impl From<DoorError> for Problem {
    fn from(error: DoorError) -> Self {
        let (status, code) = match &error {
            DoorError::NotPermitted => (StatusCode::FORBIDDEN, "not_permitted"),
            DoorError::AdmissionRequired => (StatusCode::FORBIDDEN, "admission_required"),
            DoorError::RoomEnded => (StatusCode::GONE, "room_ended"),
            DoorError::ResourceUnknown => (StatusCode::NOT_FOUND, "not_found"),
            DoorError::EntityTagStale => (StatusCode::PRECONDITION_FAILED, "entity_tag_stale"),
            DoorError::FragmentInvalid => (StatusCode::BAD_REQUEST, "fragment_invalid"),
            DoorError::Refused(refusal) => match refusal.code {
                ErrorCode::RoomFull => (StatusCode::CONFLICT, "room_full"),
                ErrorCode::RoomLocked => (StatusCode::LOCKED, "room_locked"),
                ErrorCode::RoomEnded => (StatusCode::GONE, "room_ended"),
                ErrorCode::OfferInvalid => (StatusCode::BAD_REQUEST, "offer_invalid"),
                ErrorCode::TokenInvalid => (StatusCode::UNAUTHORIZED, "token_invalid"),
                _ => (StatusCode::SERVICE_UNAVAILABLE, "internal"),
            },
        };
        Problem::new(status, code, error.to_string())
    }
}
