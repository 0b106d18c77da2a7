//! HTTP of mentors, and of the signed-in person as a whole.

use axum::extract::{FromRef, State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Mentor, Mentors};
use crate::accounts::{Accounts, LoggedIn, User};
use crate::kernel::error::ApiResult;
use crate::kernel::extract::Json;
use crate::kernel::openapi::Problems;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
    Mentors: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(me))
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

/// Who I am
#[utoipa::path(get, path = "/api/me", tag = "accounts", responses((status = 200, body = MeAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn me(State(mentors): State<Mentors>, me: LoggedIn) -> ApiResult<Json<MeAnswer>> {
    let mentor = mentors.mentor(me.user.id).await?;
    Ok(Json(MeAnswer { user: MeUser { user: me.user, mentor } }))
}
