//! HTTP of availability.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Availability, Document, NEXT_OPENINGS, NextOpening, Offering, Opening, Terms, busy};
use crate::accounts::{Accounts, LoggedIn};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::{OfferingId, UserId};
use crate::kernel::openapi::Problems;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Availability: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(my_offerings, add_offering))
        .routes(routes!(change_offering))
        .routes(routes!(my_availability, set_availability))
        .routes(routes!(my_hours))
        .routes(routes!(mentor_offerings))
        .routes(routes!(list_openings))
        .routes(routes!(list_next_openings))
        .merge(busy::routes())
}

/// Something that can be booked with a mentor.
#[derive(Serialize, ToSchema)]
#[schema(as = Offering)]
struct OfferingAnswer {
    id: OfferingId,
    mentor: OfferingMentor,
    #[serde(flatten)]
    terms: Terms,
}

#[derive(Serialize, ToSchema)]
struct OfferingMentor {
    id: UserId,
    display_name: String,
}

/// What a mentor offers.
#[derive(Serialize, ToSchema)]
#[schema(as = Offerings)]
pub struct OfferingsAnswer {
    items: Vec<OfferingAnswer>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RangeQuery {
    /// What starts from then on
    from_ms: i64,
    /// and before then, at most 31 days later.
    until_ms: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Openings)]
struct OpeningsAnswer {
    /// The mentor's, IANA.
    time_zone: String,
    items: Vec<OpeningAnswer>,
    /// Group sessions without a seat left, which one may wait for.
    full: Vec<OpeningAnswer>,
}

/// When a mentor can be booked by their rules.
#[derive(Serialize, ToSchema)]
#[schema(as = MyHours)]
struct HoursAnswer {
    items: Vec<Stretch>,
}

/// From a moment to another.
#[derive(Serialize, ToSchema)]
struct Stretch {
    starts_at_ms: Timestamp,
    ends_at_ms: Timestamp,
}

/// A time that can be booked.
#[derive(Serialize, ToSchema)]
#[schema(as = Opening)]
struct OpeningAnswer {
    starts_at_ms: Timestamp,
    ends_at_ms: Timestamp,
    /// 1 for one-to-one.
    seats_left: i16,
}

/// The next times a mentor can be booked.
#[derive(Serialize, ToSchema)]
#[schema(as = NextOpenings)]
pub struct NextOpeningsAnswer {
    items: Vec<NextOpeningAnswer>,
}

/// A time that can be booked, and what for.
#[derive(Serialize, ToSchema)]
#[schema(as = NextOpening)]
struct NextOpeningAnswer {
    offering_id: OfferingId,
    title: String,
    price_minor: i64,
    currency: String,
    #[serde(flatten)]
    opening: OpeningAnswer,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NextQuery {
    /// 1 to 20, 5 when absent.
    #[param(minimum = 1, maximum = 20)]
    limit: Option<u16>,
}

/// What I offer
///
/// Code: `mentor_required` (403).
#[utoipa::path(get, path = "/api/me/offerings", tag = "availability",
    responses((status = 200, body = OfferingsAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn my_offerings(State(availability): State<Availability>, me: LoggedIn) -> ApiResult<Json<OfferingsAnswer>> {
    Ok(Json(availability.my_offerings(me.user.id).await?.into()))
}

/// Offer something
///
/// Codes (422, each with its field): `title_invalid`, `description_invalid`, `minutes_invalid`, `price_invalid`,
/// `currency_invalid`, `seats_invalid`, `questions_invalid`, `buffer_invalid`, `notice_invalid`, `horizon_invalid`,
/// `limit_invalid`, `cancellation_notice_invalid`; `mentor_required` (403), `offerings_full` (409).
#[utoipa::path(post, path = "/api/me/offerings", tag = "availability", request_body = Terms,
    responses((status = 201, body = OfferingAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn add_offering(
    State(availability): State<Availability>,
    me: LoggedIn,
    Json(terms): Json<Terms>,
) -> ApiResult<(StatusCode, Json<OfferingAnswer>)> {
    Ok((StatusCode::CREATED, Json(answer(availability.add_offering(me.user.id, terms).await?))))
}

/// Change an offering; what is booked keeps the terms it was booked by
///
/// Codes as for a new one (422), `mentor_required` (403).
#[utoipa::path(put, path = "/api/me/offerings/{id}", tag = "availability", params(("id" = OfferingId, Path)),
    request_body = Terms, responses((status = 200, body = OfferingAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn change_offering(
    State(availability): State<Availability>,
    me: LoggedIn,
    Path(id): Path<OfferingId>,
    Json(terms): Json<Terms>,
) -> ApiResult<Json<OfferingAnswer>> {
    Ok(Json(answer(availability.change_offering(me.user.id, id, terms).await?)))
}

/// When I can be booked
///
/// Code: `mentor_required` (403).
#[utoipa::path(get, path = "/api/me/availability", tag = "availability",
    responses((status = 200, body = Document), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn my_availability(State(availability): State<Availability>, me: LoggedIn) -> ApiResult<Json<Document>> {
    Ok(Json(availability.document(&me.user).await?))
}

/// Say when I can be booked, as a whole
///
/// A time is available when the mentor's clock shows it: hours that a clock change skips do not exist that day, hours that
/// come twice are available twice. Codes (422, each with its field): `time_zone_unknown`, `hours_invalid`,
/// `overrides_invalid`, `time_off_invalid`; `mentor_required` (403).
#[utoipa::path(put, path = "/api/me/availability", tag = "availability", request_body = Document,
    responses((status = 200, body = Document), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn set_availability(
    State(availability): State<Availability>,
    me: LoggedIn,
    Json(document): Json<Document>,
) -> ApiResult<Json<Document>> {
    Ok(Json(availability.set_document(me.user.id, document).await?))
}

/// The hours in which I can be booked by my rules, whatever is booked already
///
/// Codes: `range_invalid`, `range_too_long` (400), `mentor_required` (403).
#[utoipa::path(get, path = "/api/me/availability/hours", tag = "availability", params(RangeQuery),
    responses((status = 200, body = HoursAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn my_hours(
    State(availability): State<Availability>,
    me: LoggedIn,
    Query(range): Query<RangeQuery>,
) -> ApiResult<Json<HoursAnswer>> {
    let found = availability.hours(me.user.id, Timestamp(range.from_ms), Timestamp(range.until_ms)).await?;
    let items = found.into_iter().map(|(starts_at_ms, ends_at_ms)| Stretch { starts_at_ms, ends_at_ms }).collect();
    Ok(Json(HoursAnswer { items }))
}

/// What can be booked with a mentor
#[utoipa::path(get, path = "/api/mentors/{slug}/offerings", tag = "availability", params(("slug" = String, Path)),
    responses((status = 200, body = OfferingsAnswer), Problems), security((), ("cookie" = []), ("bearer" = [])))]
async fn mentor_offerings(
    State(availability): State<Availability>,
    Path(slug): Path<String>,
) -> ApiResult<Json<OfferingsAnswer>> {
    Ok(Json(availability.offerings(&slug).await?.into()))
}

/// When an offering can be booked
///
/// Codes: `range_invalid`, `range_too_long` (400).
#[utoipa::path(get, path = "/api/offerings/{id}/openings", tag = "availability",
    params(("id" = OfferingId, Path), RangeQuery),
    responses((status = 200, body = OpeningsAnswer), Problems), security((), ("cookie" = []), ("bearer" = [])))]
async fn list_openings(
    State(availability): State<Availability>,
    Path(id): Path<OfferingId>,
    Query(range): Query<RangeQuery>,
) -> ApiResult<Json<OpeningsAnswer>> {
    let found = availability.openings(id, Timestamp(range.from_ms), Timestamp(range.until_ms)).await?;
    let answers = |openings: Vec<Opening>| {
        let answer = |opening: Opening| OpeningAnswer {
            starts_at_ms: opening.starts_at,
            ends_at_ms: opening.ends_at,
            seats_left: opening.seats_left,
        };
        openings.into_iter().map(answer).collect()
    };
    Ok(Json(OpeningsAnswer { time_zone: found.time_zone, items: answers(found.free), full: answers(found.full) }))
}

/// When a mentor can be booked next, for anything, soonest first
#[utoipa::path(get, path = "/api/mentors/{slug}/next-openings", tag = "availability",
    params(("slug" = String, Path), NextQuery), responses((status = 200, body = NextOpeningsAnswer), Problems),
    security((), ("cookie" = []), ("bearer" = [])))]
async fn list_next_openings(
    State(availability): State<Availability>,
    Path(slug): Path<String>,
    Query(query): Query<NextQuery>,
) -> ApiResult<Json<NextOpeningsAnswer>> {
    let most = query.limit.map_or(NEXT_OPENINGS, |limit| usize::from(limit.clamp(1, 20)));
    Ok(Json(availability.next_openings(&slug, most).await?.into()))
}

impl From<Vec<NextOpening>> for NextOpeningsAnswer {
    fn from(next: Vec<NextOpening>) -> Self {
        let answer = |next: NextOpening| NextOpeningAnswer {
            offering_id: next.offering.id,
            title: next.offering.terms.title,
            price_minor: next.offering.terms.price_minor,
            currency: next.offering.terms.currency,
            opening: OpeningAnswer {
                starts_at_ms: next.opening.starts_at,
                ends_at_ms: next.opening.ends_at,
                seats_left: next.opening.seats_left,
            },
        };
        Self { items: next.into_iter().map(answer).collect() }
    }
}

impl From<Vec<Offering>> for OfferingsAnswer {
    fn from(offerings: Vec<Offering>) -> Self {
        Self { items: offerings.into_iter().map(answer).collect() }
    }
}

fn answer(Offering { id, mentor, mentor_name, terms, .. }: Offering) -> OfferingAnswer {
    OfferingAnswer { id, mentor: OfferingMentor { id: mentor, display_name: mentor_name }, terms }
}
