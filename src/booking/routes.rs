//! HTTP of sessions.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Encryption, Person, Role, Session, SessionState, WaitingRoom};
use super::{Booking, BookingError, appointments, attendance, rules};
use crate::accounts::{Accounts, LoggedIn, MaybeLoggedIn};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::{SessionId, UserId};
use crate::kernel::openapi::Problems;

const DEFAULT_LIMIT: u16 = 20;
const MAX_LIMIT: u16 = 100;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Booking: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(open_session, list_sessions))
        .routes(routes!(find_session))
        .routes(routes!(end_session))
        .routes(routes!(look_at_link))
        .merge(appointments::routes())
        .merge(attendance::routes())
}

#[derive(Deserialize, ToSchema)]
struct OpenSession {
    /// 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120)]
    title: String,
    /// Whether the mentor admits each person by hand.
    #[serde(default = "yes")]
    #[schema(default = true)]
    waiting_room: bool,
    /// Whether sound and picture are encrypted between the browsers. The key stays in the link's fragment.
    #[serde(default)]
    #[schema(default = false)]
    end_to_end: bool,
}

fn yes() -> bool {
    true
}

/// A session, as the asker sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
struct SessionAnswer {
    id: SessionId,
    title: String,
    mentor: Person,
    state: SessionState,
    join_code: String,
    /// What to share.
    join_url: String,
    waiting_room: bool,
    /// Sound and picture are encrypted between the browsers; `join_url` then lacks the key, which the server never has.
    end_to_end: bool,
    created_at_ms: Timestamp,
    #[schema(required)]
    started_at_ms: Option<Timestamp>,
    #[schema(required)]
    ended_at_ms: Option<Timestamp>,
    /// People in the room now.
    present: i64,
    you: You,
}

/// As what the asker takes part.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum You {
    Mentor,
    Member,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 100, 20 when absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Sessions)]
struct SessionsAnswer {
    items: Vec<SessionAnswer>,
    /// Null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What a link shows before joining.
#[derive(Serialize, ToSchema)]
#[schema(as = Link)]
struct LinkAnswer {
    session: LinkSession,
    /// Null without a log-in: joining then asks for a name.
    #[schema(required)]
    you: Option<LinkYou>,
}

#[derive(Serialize, ToSchema)]
struct LinkSession {
    id: SessionId,
    title: String,
    mentor_name: String,
    state: SessionState,
    /// Sound and picture can only be read with the key in the link's fragment.
    end_to_end: bool,
}

#[derive(Serialize, ToSchema)]
struct LinkYou {
    display_name: String,
    role: Role,
}

/// Open a session now
///
/// Codes: `mentor_required` (403), `title_invalid` (422).
#[utoipa::path(post, path = "/api/sessions", tag = "sessions", request_body = OpenSession,
    responses((status = 201, body = SessionAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn open_session(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Json(body): Json<OpenSession>,
) -> ApiResult<(StatusCode, Json<SessionAnswer>)> {
    let waiting_room = if body.waiting_room { WaitingRoom::On } else { WaitingRoom::Off };
    let encryption = if body.end_to_end { Encryption::EndToEnd } else { Encryption::InTransit };
    let session = booking.open(me.user.id, &body.title, waiting_room, encryption).await?;
    Ok((StatusCode::CREATED, Json(answer(session, me.user.id, &client))))
}

/// My sessions as mentor or member, newest first
#[utoipa::path(get, path = "/api/sessions", tag = "sessions", params(ListQuery),
    responses((status = 200, body = SessionsAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn list_sessions(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<SessionsAnswer>> {
    let cursor = query.cursor.map(|text| rules::parse_cursor(&text).ok_or(BookingError::CursorInvalid)).transpose()?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let page = booking.sessions(me.user.id, cursor, limit).await?;
    let next_cursor = page.next.map(rules::cursor);
    let items = page.items.into_iter().map(|session| answer(session, me.user.id, &client)).collect();
    Ok(Json(SessionsAnswer { items, next_cursor }))
}

/// A session of mine
#[utoipa::path(get, path = "/api/sessions/{id}", tag = "sessions", params(("id" = SessionId, Path)),
    responses((status = 200, body = SessionAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn find_session(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Path(id): Path<SessionId>,
) -> ApiResult<Json<SessionAnswer>> {
    let session = booking.session(me.user.id, id).await?;
    Ok(Json(answer(session, me.user.id, &client)))
}

/// End a session for everyone
///
/// Code: `host_required` (403) for its members.
#[utoipa::path(post, path = "/api/sessions/{id}/end", tag = "sessions", params(("id" = SessionId, Path)),
    responses((status = 200, body = SessionAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn end_session(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Path(id): Path<SessionId>,
) -> ApiResult<Json<SessionAnswer>> {
    let session = booking.end(me.user.id, id).await?;
    Ok(Json(answer(session, me.user.id, &client)))
}

/// What a session's link leads to
///
/// Code: `link_unknown` (404).
#[utoipa::path(get, path = "/api/join/{join_code}", tag = "sessions", params(("join_code" = String, Path)),
    responses((status = 200, body = LinkAnswer), Problems), security((), ("cookie" = []), ("bearer" = [])))]
async fn look_at_link(
    State(booking): State<Booking>,
    MaybeLoggedIn(me): MaybeLoggedIn,
    Path(join_code): Path<String>,
) -> ApiResult<Json<LinkAnswer>> {
    let session = booking.session_for_join(&join_code.parse()?).await?;
    let you = me.map(|me| LinkYou { role: session.role_of(Some(me.user.id)), display_name: me.user.display_name });
    let Session { id, title, mentor, state, encryption, .. } = session;
    let end_to_end = encryption == Encryption::EndToEnd;
    let session = LinkSession { id, title, mentor_name: mentor.display_name, state, end_to_end };
    Ok(Json(LinkAnswer { session, you }))
}

fn answer(session: Session, me: UserId, client: &Client) -> SessionAnswer {
    SessionAnswer {
        you: if session.role_of(Some(me)) == Role::Host { You::Mentor } else { You::Member },
        join_url: format!("{}/join/{}", client.origin, session.join_code.as_str()),
        join_code: session.join_code.as_str().to_owned(),
        id: session.id,
        title: session.title,
        mentor: session.mentor,
        state: session.state,
        waiting_room: session.waiting_room == WaitingRoom::On,
        end_to_end: session.encryption == Encryption::EndToEnd,
        created_at_ms: session.created_at,
        started_at_ms: session.started_at,
        ended_at_ms: session.ended_at,
        present: session.present,
    }
}
