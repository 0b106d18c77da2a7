//! Booking on other people's sites: `widget.js` puts a frame there, `/embed/{slug}` is what it shows.
//!
//! The frame looks without cookies (ours are SameSite=Strict and are not sent there); booking goes on in a tab of our own
//! origin, so nothing that needs a login can be clicked inside somebody else's page.

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use serde_json::json;

use crate::app::AppState;
use crate::availability::Offerings;
use crate::kernel::client::Client;
use crate::kernel::error::Problem;
use crate::kernel::extract::Path;
use crate::mentors::MentorsError;
use crate::ops::Embeddable;
use crate::pages::{self, Head};
use crate::web;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/widget.js", get(widget))
        .route("/embed/{slug}", get(embed))
        .layer(middleware::map_response(let_others_load))
}

/// For pages that ask everything they load whether it wants that (COEP).
async fn let_others_load(mut response: Response) -> Response {
    let name = HeaderName::from_static("cross-origin-resource-policy");
    response.headers_mut().insert(name, HeaderValue::from_static("cross-origin"));
    response
}

async fn widget(headers: HeaderMap) -> Response {
    web::file("widget.js", &headers)
}

async fn embed(State(state): State<AppState>, client: Client, Path(slug): Path<String>) -> Response {
    let framed = Extension(Embeddable);
    let mut head = Head {
        title: "Mentor not found".to_owned(),
        description: "There is no such mentor here.".to_owned(),
        canonical: format!("{}/mentors", client.origin),
        kind: "website",
    };
    let mentor = match state.mentors.public_mentor(&slug).await {
        Ok(mentor) => mentor,
        Err(MentorsError::MentorUnknown) => {
            return (framed, pages::page(&state, &head, StatusCode::NOT_FOUND, &[])).into_response();
        }
        Err(error) => return Problem::from(error).into_response(),
    };
    let offerings = match state.availability.offerings(&mentor.slug).await {
        Ok(offerings) => json!(Offerings::from(offerings)),
        Err(error) => return Problem::from(error).into_response(),
    };
    head.title = format!("Book a session with {}", mentor.display_name);
    head.description = mentor.profile.headline;
    // To search engines this is the mentor's page.
    head.canonical = format!("{}/mentors/{}", client.origin, mentor.slug);
    let first = [(format!("/mentors/{}/offerings", mentor.slug), offerings)];
    let page = pages::page(&state, &head, StatusCode::OK, &first);
    let unlisted = [(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"))];
    (framed, unlisted, page).into_response()
}
