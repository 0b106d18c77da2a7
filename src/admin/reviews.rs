//! HTTP of administrators: reviews that people reported, and those that are hidden.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Administrator;
use crate::accounts::Accounts;
use crate::booking::Person;
use crate::kernel::clock::Timestamp;
use crate::kernel::cursor::{cursor, parse_cursor};
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::{BookingId, ReviewId};
use crate::kernel::openapi::Problems;
use crate::reviews::{Direction, Moderated, Moderation, ModerationLine, Queue, Report, Reviews, ReviewsError};

const DEFAULT_LIMIT: u16 = 20;
const MAX_LIMIT: u16 = 100;

pub(super) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
    Reviews: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(list_reviews_to_moderate))
        .routes(routes!(hide_review))
        .routes(routes!(restore_review))
        .routes(routes!(keep_review))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `reported` when absent.
    #[param(inline)]
    queue: Option<Queue>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 100, 20 when absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ModeratedReviews)]
struct ModeratedAnswers {
    items: Vec<ModeratedAnswer>,
    /// Null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// A review with what people and administrators made of it.
#[derive(Serialize, ToSchema)]
#[schema(as = ModeratedReview)]
struct ModeratedAnswer {
    id: ReviewId,
    booking_id: BookingId,
    direction: Direction,
    author: Person,
    mentor: Person,
    rating: i16,
    text: String,
    written_at_ms: Timestamp,
    #[schema(required)]
    reply: Option<String>,
    /// Null: it is on the pages.
    #[schema(required)]
    hidden_reason: Option<String>,
    /// Those nobody has decided about.
    reports: Vec<Report>,
    /// Oldest first.
    history: Vec<ModerationLine>,
}

#[derive(Deserialize, ToSchema)]
struct Moderate {
    /// 1 to 1000 characters. Why it is hidden its author reads.
    reason: String,
}

/// Reviews that people reported, longest waiting first, or hidden ones
///
/// Code: `admin_required` (403).
#[utoipa::path(get, path = "/api/admin/reviews", tag = "admin", params(ListQuery),
    responses((status = 200, body = ModeratedAnswers), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn list_reviews_to_moderate(
    State(reviews): State<Reviews>,
    _: Administrator,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<ModeratedAnswers>> {
    let after = query.cursor.map(|text| parse_cursor(&text).ok_or(ReviewsError::CursorInvalid)).transpose()?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let (items, next) = reviews.queue(query.queue.unwrap_or(Queue::Reported), after, limit).await?;
    Ok(Json(ModeratedAnswers { items: items.into_iter().map(answer).collect(), next_cursor: next.map(cursor) }))
}

/// Take a review off the pages
///
/// Codes: `admin_required` (403), `review_decided` (409), `reason_invalid` (422).
#[utoipa::path(post, path = "/api/admin/reviews/{id}/hide", tag = "admin", request_body = Moderate,
    params(("id" = ReviewId, Path)), responses((status = 200, body = ModeratedAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn hide_review(
    State(reviews): State<Reviews>,
    Administrator(me): Administrator,
    Path(id): Path<ReviewId>,
    Json(body): Json<Moderate>,
) -> ApiResult<Json<ModeratedAnswer>> {
    Ok(Json(answer(reviews.moderate(me.user.id, id, Moderation::Hide, &body.reason).await?)))
}

/// Put a hidden review back
///
/// Codes: `admin_required` (403), `review_decided` (409), `reason_invalid` (422).
#[utoipa::path(post, path = "/api/admin/reviews/{id}/restore", tag = "admin", request_body = Moderate,
    params(("id" = ReviewId, Path)), responses((status = 200, body = ModeratedAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn restore_review(
    State(reviews): State<Reviews>,
    Administrator(me): Administrator,
    Path(id): Path<ReviewId>,
    Json(body): Json<Moderate>,
) -> ApiResult<Json<ModeratedAnswer>> {
    Ok(Json(answer(reviews.moderate(me.user.id, id, Moderation::Restore, &body.reason).await?)))
}

/// Let a reported review stand
///
/// Codes: `admin_required` (403), `review_decided` (409), `reason_invalid` (422).
#[utoipa::path(post, path = "/api/admin/reviews/{id}/keep", tag = "admin", request_body = Moderate,
    params(("id" = ReviewId, Path)), responses((status = 200, body = ModeratedAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn keep_review(
    State(reviews): State<Reviews>,
    Administrator(me): Administrator,
    Path(id): Path<ReviewId>,
    Json(body): Json<Moderate>,
) -> ApiResult<Json<ModeratedAnswer>> {
    Ok(Json(answer(reviews.moderate(me.user.id, id, Moderation::Keep, &body.reason).await?)))
}

fn answer(Moderated { review, reports, history, .. }: Moderated) -> ModeratedAnswer {
    ModeratedAnswer {
        id: review.id,
        booking_id: review.booking,
        direction: review.direction,
        author: review.author,
        mentor: review.mentor,
        rating: review.rating,
        text: review.text,
        written_at_ms: review.created_at,
        reply: review.reply,
        hidden_reason: review.hidden_reason,
        reports,
        history,
    }
}
