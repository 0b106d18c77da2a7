//! All routes together, and what they say about themselves.

use axum::http::header;
use axum::response::IntoResponse;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::AppState;
use crate::kernel::openapi::{name_problems, problem_schemas};
use crate::{
    accounts, admin, availability, booking, dev_mail, discovery, embed, live, mentors, notes, pages, privacy, reviews,
    site, web,
};

#[derive(OpenApi)]
#[openapi(info(title = "FaceMentor", description = "Mentors and mentees, their sessions and calls."))]
struct Document;

/// Every route, the pages behind them.
pub(crate) fn router(state: &AppState) -> axum::Router {
    all()
        .split_for_parts()
        .0
        .merge(pages::routes())
        .merge(embed::routes())
        .merge(dev_mail::routes(&state.kernel.config))
        .method_not_allowed_fallback(web::method_not_allowed)
        .fallback(web::serve)
        .with_state(state.clone())
}

/// The OpenAPI document, as served at `/api/openapi.json`.
pub fn openapi() -> String {
    let mut document = all().split_for_parts().1;
    name_problems(&mut document);
    let components = document.components.get_or_insert_default();
    components.schemas.extend(problem_schemas());
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-access")));
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
    components.add_security_scheme("cookie", cookie);
    components.add_security_scheme("bearer", bearer);
    let mut text = document.to_pretty_json().expect("the document is plain data");
    text.push('\n');
    text
}

fn all() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(accounts::routes())
        .merge(mentors::routes())
        .merge(admin::routes())
        .merge(availability::routes())
        .merge(booking::routes())
        .merge(notes::routes())
        .merge(live::routes())
        .merge(reviews::routes())
        .merge(discovery::routes())
        .merge(privacy::routes())
        .merge(site::routes())
        .routes(routes!(openapi_document))
}

/// This document
#[utoipa::path(get, path = "/api/openapi.json", tag = "site",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
async fn openapi_document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi())
}
