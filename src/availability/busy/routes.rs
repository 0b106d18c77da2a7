//! HTTP of calendars that keep a mentor busy.

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::google::Returned;
use super::model::{BusyCalendar, Kind, Source, Trouble};
use crate::accounts::{Accounts, LoggedIn};
use crate::availability::Availability;
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path};
use crate::kernel::ids::CalendarId;
use crate::kernel::openapi::Problems;

pub(in crate::availability) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Availability: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(my_calendars, subscribe_calendar))
        .routes(routes!(remove_calendar))
        .routes(routes!(refresh_calendar))
        .routes(routes!(begin_google))
        .routes(routes!(finish_google))
}

#[derive(Deserialize, ToSchema)]
struct SubscribeCalendar {
    /// Of an iCalendar file: `https:` or `webcal:`. Whoever has it can read the calendar; it is never shown again.
    address: String,
    #[serde(default = "own")]
    kind: Kind,
    /// Up to 80 characters; empty: its host.
    #[serde(default)]
    name: String,
}

fn own() -> Kind {
    Kind::Own
}

/// A calendar whose events keep me busy. Of the events only the times are kept.
#[derive(Serialize, ToSchema)]
#[schema(as = BusyCalendar)]
struct CalendarAnswer {
    id: CalendarId,
    source: Source,
    kind: Kind,
    name: String,
    /// Where a feed comes from.
    #[schema(required)]
    host: Option<String>,
    /// When it was last asked.
    checked_at_ms: Timestamp,
    /// When it last answered: what it said then is in force.
    read_at_ms: Timestamp,
    /// When it is asked next.
    due_at_ms: Timestamp,
    /// Why it did not answer, and what to do; null when it did.
    #[schema(required)]
    trouble: Option<TroubleAnswer>,
    /// In a feed.
    events: i32,
    /// Events whose times nobody could tell: they keep nobody busy.
    left_out: i32,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BusyCalendarTrouble)]
struct TroubleAnswer {
    code: Trouble,
    detail: &'static str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BusyCalendars)]
struct CalendarsAnswer {
    items: Vec<CalendarAnswer>,
    /// Whether Google Calendar can be connected.
    offers_google: bool,
}

/// Where the browser goes now.
#[derive(Serialize, ToSchema)]
struct BegunConnection {
    url: String,
    /// Keep it, and finish with it.
    attempt: String,
}

/// What Google sent the browser back to `/availability/google` with.
#[derive(Deserialize, ToSchema)]
struct FinishConnection {
    attempt: String,
    state: String,
    /// Absent when Google or the mentor said no.
    #[serde(default)]
    code: Option<String>,
}

/// The calendars that keep me busy
///
/// Code: `mentor_required` (403).
#[utoipa::path(get, path = "/api/me/calendars", tag = "availability",
    responses((status = 200, body = CalendarsAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn my_calendars(State(availability): State<Availability>, me: LoggedIn) -> ApiResult<Json<CalendarsAnswer>> {
    let items = availability.calendars(me.user.id).await?.into_iter().map(answer).collect();
    Ok(Json(CalendarsAnswer { items, offers_google: availability.offers_google() }))
}

/// Subscribe to a calendar: no openings while it has events
///
/// It is read at once, and then every fifteen minutes; while it does not answer, what was last read stays in force. Events
/// marked as free do not count, except whole days in a calendar of holidays. Codes (422, each with its field):
/// `calendar_address_invalid`, `calendar_name_invalid`, and why it could not be read: `calendar_not_public`,
/// `calendar_unreachable`, `calendar_slow`, `calendar_gone`, `calendar_forbidden`, `calendar_failed`,
/// `calendar_too_large`, `calendar_not_one`, `calendar_not_whole`; `calendar_known`, `calendars_full` (409),
/// `mentor_required` (403), `rate_limited`.
#[utoipa::path(post, path = "/api/me/calendars", tag = "availability", request_body = SubscribeCalendar,
    responses((status = 201, body = CalendarAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn subscribe_calendar(
    State(availability): State<Availability>,
    me: LoggedIn,
    Json(body): Json<SubscribeCalendar>,
) -> ApiResult<(StatusCode, Json<CalendarAnswer>)> {
    let SubscribeCalendar { address, kind, name } = body;
    let calendar = availability.subscribe(me.user.id, &address, kind, &name).await?;
    Ok((StatusCode::CREATED, Json(answer(calendar))))
}

/// Remove a calendar: it keeps nobody busy any more
#[utoipa::path(delete, path = "/api/me/calendars/{id}", tag = "availability", params(("id" = CalendarId, Path)),
    responses((status = 204), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn remove_calendar(
    State(availability): State<Availability>,
    me: LoggedIn,
    Path(id): Path<CalendarId>,
) -> ApiResult<StatusCode> {
    availability.remove_calendar(me.user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have a calendar read now
///
/// What became of it is in the answer. Code: `rate_limited`.
#[utoipa::path(post, path = "/api/me/calendars/{id}/refresh", tag = "availability",
    params(("id" = CalendarId, Path)), responses((status = 200, body = CalendarAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn refresh_calendar(
    State(availability): State<Availability>,
    me: LoggedIn,
    Path(id): Path<CalendarId>,
) -> ApiResult<Json<CalendarAnswer>> {
    Ok(Json(answer(availability.refresh_calendar(me.user.id, id).await?)))
}

/// Begin to connect my calendar at Google
///
/// It will tell when I am busy, and nothing else. Codes: `not_found` where it is not offered, `mentor_required` (403),
/// `calendar_unreachable` (502), `rate_limited`.
#[utoipa::path(post, path = "/api/me/calendars/google/begin", tag = "availability",
    responses((status = 200, body = BegunConnection), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn begin_google(
    State(availability): State<Availability>,
    me: LoggedIn,
    client: Client,
) -> ApiResult<Json<BegunConnection>> {
    let begun = availability.begin_google(me.user.id, &client.origin).await?;
    Ok(Json(BegunConnection { url: begun.url, attempt: begun.attempt }))
}

/// Finish what `begin` began; in place of a calendar at Google connected before
///
/// Codes: `calendar_attempt_invalid` (400), `calendar_permission_denied`, `mentor_required` (403), `not_found` where it is
/// not offered, `calendars_full` (409), `calendar_unreachable`, `calendar_failed` (502).
#[utoipa::path(post, path = "/api/me/calendars/google/finish", tag = "availability", request_body = FinishConnection,
    responses((status = 201, body = CalendarAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn finish_google(
    State(availability): State<Availability>,
    me: LoggedIn,
    client: Client,
    Json(body): Json<FinishConnection>,
) -> ApiResult<(StatusCode, Json<CalendarAnswer>)> {
    let FinishConnection { attempt, state, code } = body;
    let returned = Returned { attempt, state, code };
    let calendar = availability.finish_google(me.user.id, &client.origin, returned).await?;
    Ok((StatusCode::CREATED, Json(answer(calendar))))
}

fn answer(calendar: BusyCalendar) -> CalendarAnswer {
    CalendarAnswer {
        id: calendar.id,
        source: calendar.source,
        kind: calendar.kind,
        name: calendar.name,
        host: calendar.host,
        checked_at_ms: calendar.checked_at,
        read_at_ms: calendar.read_at,
        due_at_ms: calendar.due_at,
        trouble: calendar.trouble.map(|code| TroubleAnswer { code, detail: code.detail() }),
        events: calendar.events,
        left_out: calendar.left_out,
    }
}
