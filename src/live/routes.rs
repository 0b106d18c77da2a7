//! HTTP of rooms: the pass into one, signaling, WHIP and WHEP.

use axum::extract::{FromRef, State};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use signaling::accepted_name;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::token::RoomToken;
use super::{Live, network_test, socket, whip};
use crate::accounts::{Accounts, MaybeLoggedIn};
use crate::booking::{Booking, Role, SessionState};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::{ApiResult, FieldProblem, Problem};
use crate::kernel::extract::{Json, Path};
use crate::kernel::ids::SessionId;
use crate::kernel::openapi::Problems;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Booking: FromRef<S>,
    Live: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(enter))
        .route("/signaling", get(socket::upgrade))
        .merge(network_test::routes())
        .merge(OpenApiRouter::from(whip::routes()))
}

#[derive(Deserialize, ToSchema)]
struct Enter {
    /// For guests: 1 to 60 characters. Without it `join` over signaling must say the name.
    name: Option<String>,
}

/// What opens a session's room.
#[derive(Serialize, ToSchema)]
struct RoomPass {
    /// The `token` of signaling's `hello`, and the bearer of WHIP and WHEP.
    room_token: String,
    expires_at_ms: Timestamp,
    /// Where signaling is.
    signaling_url: String,
    session: RoomPassSession,
    role: Role,
    /// Null for a guest who has not said it yet.
    #[schema(required)]
    name: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct RoomPassSession {
    id: SessionId,
    title: String,
    mentor_name: String,
    state: SessionState,
}

/// A pass into the room of a session
///
/// Codes: `link_unknown` (404), `session_ended` (410), `name_invalid` (422); of a booked session `booking_required` (403)
/// and `session_not_open_yet` (409).
#[utoipa::path(post, path = "/api/join/{join_code}", tag = "sessions", params(("join_code" = String, Path)),
    request_body = Enter, responses((status = 200, body = RoomPass), Problems),
    security((), ("cookie" = []), ("bearer" = [])))]
async fn enter(
    State(kernel): State<Kernel>,
    State(booking): State<Booking>,
    MaybeLoggedIn(me): MaybeLoggedIn,
    client: Client,
    Path(join_code): Path<String>,
    Json(body): Json<Enter>,
) -> ApiResult<Json<RoomPass>> {
    let session = booking.session_for_join(&join_code.parse()?).await?;
    booking.admit(&session, me.as_ref().map(|me| me.user.id)).await?;
    let name = match (&me, body.name) {
        (Some(me), _) => Some(me.user.display_name.clone()),
        (None, None) => None,
        (None, Some(name)) => Some(accepted_name(&name).ok_or_else(name_invalid)?),
    };
    let token = RoomToken::for_session(&kernel, &session, me.as_ref(), name);
    let role = session.role_of(me.map(|me| me.user.id));
    // http → ws, https → wss.
    let signaling_url = format!("{}/signaling", client.origin.replacen("http", "ws", 1));
    let (room_token, expires_at_ms, name) = (token.sign(&kernel), token.until, token.name);
    let session = RoomPassSession {
        id: session.id,
        title: session.title,
        mentor_name: session.mentor.display_name,
        state: session.state,
    };
    Ok(Json(RoomPass { room_token, expires_at_ms, signaling_url, session, role, name }))
}

fn name_invalid() -> Problem {
    let detail = "A name has 1 to 60 characters and no control characters.".to_owned();
    Problem::fields(vec![FieldProblem { field: "name", code: "name_invalid", detail }])
}
