//! HTTP of administrators: applications of mentors.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Administrator, disputes, reviews};
use crate::accounts::Accounts;
use crate::booking::Booking;
use crate::kernel::clock::Timestamp;
use crate::kernel::cursor::{cursor, parse_cursor};
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::UserId;
use crate::kernel::openapi::Problems;
use crate::mentors::{Application, Decision, MentorStatus, Mentors, MentorsError, Profile};
use crate::reviews::Reviews;

const DEFAULT_LIMIT: u16 = 20;
const MAX_LIMIT: u16 = 100;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
    Mentors: FromRef<S>,
    Booking: FromRef<S>,
    Reviews: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(list_mentor_applications))
        .routes(routes!(approve_mentor_application))
        .routes(routes!(decline_mentor_application))
        .routes(routes!(withdraw_mentor))
        .merge(disputes::routes())
        .merge(reviews::routes())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `applied` when absent.
    #[param(inline)]
    status: Option<MentorStatus>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 100, 20 when absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MentorApplications)]
struct ApplicationsAnswer {
    items: Vec<ApplicationAnswer>,
    /// Null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Someone who asks, or asked, to be a mentor.
#[derive(Serialize, ToSchema)]
#[schema(as = MentorApplication)]
struct ApplicationAnswer {
    user_id: UserId,
    display_name: String,
    email: String,
    status: MentorStatus,
    /// Of their page, `/mentors/{slug}`, while they are approved.
    #[schema(required)]
    slug: Option<String>,
    #[schema(required)]
    applied_at_ms: Option<Timestamp>,
    /// Why they were declined, or are no longer a mentor.
    #[schema(required)]
    decline_reason: Option<String>,
    profile: Profile,
    /// Counts what they saved; an approval says which it is for.
    version: i64,
}

#[derive(Deserialize, ToSchema)]
struct Approve {
    /// `version` of the application that was read.
    version: i64,
}

#[derive(Deserialize, ToSchema)]
struct Withdraw {
    /// 1 to 1000 characters; the mentor reads it.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

#[derive(Deserialize, ToSchema)]
struct Decline {
    /// 1 to 1000 characters; the applicant reads it.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Who wants to be a mentor, longest waiting first
///
/// Code: `admin_required` (403).
#[utoipa::path(get, path = "/api/admin/mentor-applications", tag = "admin", params(ListQuery),
    responses((status = 200, body = ApplicationsAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn list_mentor_applications(
    State(mentors): State<Mentors>,
    _: Administrator,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<ApplicationsAnswer>> {
    let after = query.cursor.map(|text| parse_cursor(&text).ok_or(MentorsError::CursorInvalid)).transpose()?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let status = query.status.unwrap_or(MentorStatus::Applied);
    let (items, next) = mentors.applications(status, after, limit).await?;
    Ok(Json(ApplicationsAnswer { items: items.into_iter().map(answer).collect(), next_cursor: next.map(cursor) }))
}

/// Make an applicant a mentor, as the administrator has read them
///
/// Codes: `admin_required` (403), `application_decided`, `application_changed` (409).
#[utoipa::path(post, path = "/api/admin/mentor-applications/{user_id}/approve", tag = "admin", request_body = Approve,
    params(("user_id" = UserId, Path)), responses((status = 200, body = ApplicationAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn approve_mentor_application(
    State(mentors): State<Mentors>,
    _: Administrator,
    Path(applicant): Path<UserId>,
    Json(body): Json<Approve>,
) -> ApiResult<Json<ApplicationAnswer>> {
    Ok(Json(answer(mentors.decide(applicant, Decision::Approve(body.version)).await?)))
}

/// Decline an applicant, with a reason they read; they may apply again
///
/// Codes: `admin_required` (403), `application_decided` (409), `reason_invalid` (422).
#[utoipa::path(post, path = "/api/admin/mentor-applications/{user_id}/decline", tag = "admin", request_body = Decline,
    params(("user_id" = UserId, Path)), responses((status = 200, body = ApplicationAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn decline_mentor_application(
    State(mentors): State<Mentors>,
    _: Administrator,
    Path(applicant): Path<UserId>,
    Json(body): Json<Decline>,
) -> ApiResult<Json<ApplicationAnswer>> {
    Ok(Json(answer(mentors.decide(applicant, Decision::Decline(body.reason)).await?)))
}

/// Make a mentor no longer one: their page is gone, and what is booked with them stays; they may apply again
///
/// Codes: `admin_required` (403), `not_approved` (409), `reason_invalid` (422).
#[utoipa::path(post, path = "/api/admin/mentors/{user_id}/withdraw", tag = "admin", request_body = Withdraw,
    params(("user_id" = UserId, Path)), responses((status = 200, body = ApplicationAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn withdraw_mentor(
    State(mentors): State<Mentors>,
    _: Administrator,
    Path(mentor): Path<UserId>,
    Json(body): Json<Withdraw>,
) -> ApiResult<Json<ApplicationAnswer>> {
    Ok(Json(answer(mentors.withdraw(mentor, &body.reason).await?)))
}

fn answer(application: Application) -> ApplicationAnswer {
    ApplicationAnswer {
        user_id: application.user,
        display_name: application.display_name,
        email: application.email,
        status: application.status,
        slug: application.slug,
        applied_at_ms: application.applied_at,
        decline_reason: application.decline_reason,
        profile: application.profile,
        version: application.version,
    }
}
