//! What a page may know before anyone logs in.

use axum::extract::{FromRef, State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::demo;
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::extract::Json;

pub(crate) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(site))
}

/// This installation.
#[derive(Serialize, ToSchema)]
#[schema(as = Site)]
struct SiteAnswer {
    name: String,
    version: &'static str,
    /// Where the page should be open instead when the browser calls it insecure (no camera there): the configured
    /// public address, if it is HTTPS and not the one asked.
    #[schema(required)]
    secure_url: Option<String>,
    /// People to try it with; null but for demos.
    #[schema(required)]
    demo: Option<DemoAnswer>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Demo)]
struct DemoAnswer {
    people: &'static [demo::DemoPerson],
    join_code: &'static str,
}

/// This installation
#[utoipa::path(get, path = "/api/site", tag = "site", responses((status = 200, body = SiteAnswer)))]
async fn site(State(kernel): State<Kernel>, client: Client) -> Json<SiteAnswer> {
    let config = &kernel.config;
    let secure = config.http.public_url.starts_with("https://") && client.asked_origin != config.http.public_url;
    Json(SiteAnswer {
        name: config.name.clone(),
        version: env!("CARGO_PKG_VERSION"),
        secure_url: secure.then(|| config.http.public_url.clone()),
        demo: config.demo.then_some(DemoAnswer { people: demo::PEOPLE, join_code: demo::JOIN_CODE }),
    })
}
