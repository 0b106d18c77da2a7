//! HTTP of mentors, and of the signed-in person as a whole.

use axum::extract::{FromRef, State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Application, Mentor, MentorStatus, Mentors, Profile, PublicMentor};
use crate::accounts::{Accounts, LoggedIn, User};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path};
use crate::kernel::ids::UserId;
use crate::kernel::openapi::Problems;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
    Mentors: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(my_mentor_profile, save_mentor_profile))
        .routes(routes!(mentor_page))
}

#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
struct MeAnswer {
    user: MeUser,
}

/// The signed-in person.
#[derive(Serialize, ToSchema)]
struct MeUser {
    #[serde(flatten)]
    user: User,
    /// Null for people who never applied to be a mentor.
    #[schema(required)]
    mentor: Option<Mentor>,
}

/// What I say about myself as a mentor, and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = MyMentorProfile)]
struct MyProfileAnswer {
    /// Null before the first application.
    #[schema(required)]
    status: Option<MentorStatus>,
    /// Why I was declined, or am no longer a mentor.
    #[schema(required)]
    decline_reason: Option<String>,
    #[schema(required)]
    applied_at_ms: Option<Timestamp>,
    /// Where my page is, `/mentors/{slug}`, once I am approved.
    #[schema(required)]
    slug: Option<String>,
    /// Null before the first application.
    #[schema(required)]
    profile: Option<Profile>,
}

/// A mentor as everyone sees them.
#[derive(Serialize, ToSchema)]
pub struct MentorPage {
    id: UserId,
    slug: String,
    display_name: String,
    /// Null: they have none.
    #[schema(required)]
    picture_url: Option<String>,
    #[serde(flatten)]
    profile: Profile,
}

impl From<PublicMentor> for MentorPage {
    fn from(PublicMentor { id, slug, display_name, picture_url, profile }: PublicMentor) -> Self {
        Self { id, slug, display_name, picture_url, profile }
    }
}

/// Who I am
#[utoipa::path(get, path = "/api/me", tag = "accounts", responses((status = 200, body = MeAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn me(State(mentors): State<Mentors>, me: LoggedIn) -> ApiResult<Json<MeAnswer>> {
    let mentor = mentors.mentor(me.user.id).await?;
    Ok(Json(MeAnswer { user: MeUser { user: me.user, mentor } }))
}

/// My profile as a mentor
#[utoipa::path(get, path = "/api/me/mentor-profile", tag = "mentors",
    responses((status = 200, body = MyProfileAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn my_mentor_profile(State(mentors): State<Mentors>, me: LoggedIn) -> ApiResult<Json<MyProfileAnswer>> {
    Ok(Json(mine(mentors.application(me.user.id).await?)))
}

/// Say who I am as a mentor: this applies, and changes the page of those who are mentors already
///
/// Codes (422, each with its field): `headline_invalid`, `about_invalid`, `experience_invalid`, `skills_invalid`,
/// `languages_invalid`, `language_unknown`, `link_invalid`, `intro_video_url_invalid`; `email_unverified` (403).
#[utoipa::path(put, path = "/api/me/mentor-profile", tag = "mentors", request_body = Profile,
    responses((status = 200, body = MyProfileAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn save_mentor_profile(
    State(mentors): State<Mentors>,
    me: LoggedIn,
    Json(profile): Json<Profile>,
) -> ApiResult<Json<MyProfileAnswer>> {
    Ok(Json(mine(Some(mentors.save_profile(&me.user, profile).await?))))
}

/// A mentor's public page
#[utoipa::path(get, path = "/api/mentors/{slug}", tag = "mentors", params(("slug" = String, Path)),
    responses((status = 200, body = MentorPage), Problems), security((), ("cookie" = []), ("bearer" = [])))]
async fn mentor_page(State(mentors): State<Mentors>, Path(slug): Path<String>) -> ApiResult<Json<MentorPage>> {
    Ok(Json(mentors.public_mentor(&slug).await?.into()))
}

fn mine(application: Option<Application>) -> MyProfileAnswer {
    let Some(Application { status, decline_reason, applied_at, slug, profile, .. }) = application else {
        return MyProfileAnswer { status: None, decline_reason: None, applied_at_ms: None, slug: None, profile: None };
    };
    // Approved by the administrator's command before they wrote anything: there is nothing to show yet.
    let profile = Some(profile).filter(|profile| !profile.headline.is_empty());
    MyProfileAnswer { status: Some(status), decline_reason, applied_at_ms: applied_at, slug, profile }
}
