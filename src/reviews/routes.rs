//! HTTP of reviews.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{OfBooking, RatingSummary, Review};
use super::{DEFAULT_LIMIT, Reviews, ReviewsError, rules};
use crate::accounts::{Accounts, LoggedIn};
use crate::kernel::clock::Timestamp;
use crate::kernel::cursor::{cursor, parse_cursor};
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::{BookingId, ReviewId};
use crate::kernel::openapi::Problems;

const MAX_LIMIT: u16 = 100;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
    Reviews: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(booking_reviews, write_review))
        .routes(routes!(list_mentor_reviews))
        .routes(routes!(reply_to_review))
        .routes(routes!(report_review))
}

/// A review as everyone reads it.
#[derive(Serialize, ToSchema)]
#[schema(as = Review)]
struct ReviewAnswer {
    id: ReviewId,
    author_name: String,
    /// 1 to 5.
    rating: i16,
    /// May be empty; lines may break.
    text: String,
    written_at_ms: Timestamp,
    #[schema(required)]
    edited_at_ms: Option<Timestamp>,
    /// The mentor's.
    #[schema(required)]
    reply: Option<String>,
    #[schema(required)]
    replied_at_ms: Option<Timestamp>,
}

/// My own review, with what only I may know.
#[derive(Serialize, ToSchema)]
#[schema(as = MyReview)]
struct MyReviewAnswer {
    #[serde(flatten)]
    review: ReviewAnswer,
    editable_until_ms: Timestamp,
    /// Why an administrator took it off the pages; null: they did not.
    #[schema(required)]
    hidden_reason: Option<String>,
}

/// What was said after a booking.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingReviews)]
struct BookingReviewsAnswer {
    /// Whether I may say something, for the first time.
    may_write: bool,
    #[schema(required)]
    mine: Option<MyReviewAnswer>,
    /// What the mentee said, for the mentor; what mentors note about mentees is not for mentees.
    #[schema(required)]
    of_me: Option<ReviewAnswer>,
}

/// Public reviews of a mentor, newest first.
#[derive(Serialize, ToSchema)]
pub struct MentorReviews {
    summary: RatingSummary,
    items: Vec<ReviewAnswer>,
    /// Null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

impl From<(RatingSummary, Vec<Review>, Option<(Timestamp, ReviewId)>)> for MentorReviews {
    fn from((summary, items, next): (RatingSummary, Vec<Review>, Option<(Timestamp, ReviewId)>)) -> Self {
        Self { summary, items: items.into_iter().map(answer).collect(), next_cursor: next.map(cursor) }
    }
}

#[derive(Deserialize, ToSchema)]
struct WriteReview {
    /// 1 to 5.
    rating: i16,
    /// Up to 2000 characters; lines may break.
    #[serde(default)]
    text: String,
}

#[derive(Deserialize, ToSchema)]
struct ReplyToReview {
    /// Up to 2000 characters; empty takes the reply back.
    text: String,
}

#[derive(Deserialize, ToSchema)]
struct ReportReview {
    /// 1 to 1000 characters, for administrators.
    reason: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 100, 10 when absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
}

/// What was said after a booking of mine
#[utoipa::path(get, path = "/api/bookings/{id}/review", tag = "reviews", params(("id" = BookingId, Path)),
    responses((status = 200, body = BookingReviewsAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn booking_reviews(
    State(reviews): State<Reviews>,
    me: LoggedIn,
    Path(booking): Path<BookingId>,
) -> ApiResult<Json<BookingReviewsAnswer>> {
    let OfBooking { took_place, mine, of_me } = reviews.of_booking(me.user.id, booking).await?;
    Ok(Json(BookingReviewsAnswer {
        may_write: took_place && mine.is_none(),
        mine: mine.map(my_answer),
        of_me: of_me.map(answer),
    }))
}

/// Say something of the other after a session that both came to, or change it within 14 days
///
/// What a mentee says of a mentor is public; what a mentor says of a mentee only they and administrators read.
///
/// Codes: `not_attended`, `edit_over` (409), `rating_invalid`, `text_invalid` (422).
#[utoipa::path(put, path = "/api/bookings/{id}/review", tag = "reviews", params(("id" = BookingId, Path)),
    request_body = WriteReview, responses((status = 200, body = MyReviewAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn write_review(
    State(reviews): State<Reviews>,
    me: LoggedIn,
    Path(booking): Path<BookingId>,
    Json(body): Json<WriteReview>,
) -> ApiResult<Json<MyReviewAnswer>> {
    Ok(Json(my_answer(reviews.write(me.user.id, booking, body.rating, &body.text).await?)))
}

/// What mentees say of a mentor, newest first
///
/// Code: `cursor_invalid` (400).
#[utoipa::path(get, path = "/api/mentors/{slug}/reviews", tag = "reviews", params(("slug" = String, Path), ListQuery),
    responses((status = 200, body = MentorReviews), Problems), security((), ("cookie" = []), ("bearer" = [])))]
async fn list_mentor_reviews(
    State(reviews): State<Reviews>,
    Path(slug): Path<String>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<MentorReviews>> {
    let after = query.cursor.map(|text| parse_cursor(&text).ok_or(ReviewsError::CursorInvalid)).transpose()?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    Ok(Json(reviews.of_mentor(&slug, after, limit).await?.into()))
}

/// Answer a review of me, where everyone reads it
///
/// Codes: `not_found`, `text_invalid` (422).
#[utoipa::path(put, path = "/api/reviews/{id}/reply", tag = "reviews", params(("id" = ReviewId, Path)),
    request_body = ReplyToReview, responses((status = 200, body = ReviewAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn reply_to_review(
    State(reviews): State<Reviews>,
    me: LoggedIn,
    Path(review): Path<ReviewId>,
    Json(body): Json<ReplyToReview>,
) -> ApiResult<Json<ReviewAnswer>> {
    Ok(Json(answer(reviews.reply(me.user.id, review, &body.text).await?)))
}

/// Say that a review should not be there
///
/// Codes: `already_reported` (409), `reason_invalid` (422).
#[utoipa::path(post, path = "/api/reviews/{id}/reports", tag = "reviews", params(("id" = ReviewId, Path)),
    request_body = ReportReview, responses((status = 204), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn report_review(
    State(reviews): State<Reviews>,
    me: LoggedIn,
    Path(review): Path<ReviewId>,
    Json(body): Json<ReportReview>,
) -> ApiResult<StatusCode> {
    reviews.report(me.user.id, review, &body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn my_answer(review: Review) -> MyReviewAnswer {
    MyReviewAnswer {
        editable_until_ms: rules::editable_until(review.created_at),
        hidden_reason: review.hidden_reason.clone(),
        review: answer(review),
    }
}

fn answer(review: Review) -> ReviewAnswer {
    ReviewAnswer {
        id: review.id,
        author_name: review.author.display_name,
        rating: review.rating,
        text: review.text,
        written_at_ms: review.created_at,
        edited_at_ms: review.edited_at,
        reply: review.reply,
        replied_at_ms: review.replied_at,
    }
}
