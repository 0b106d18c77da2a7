//! Running it: what surrounds every request, health, metrics, listening and going away.

mod headers;
mod health;
mod layers;
mod metrics;
mod server;

pub use headers::Embeddable;
pub use health::Readiness;
pub use layers::surround;
pub use metrics::ops_router;
pub use server::{ServeError, Server};
