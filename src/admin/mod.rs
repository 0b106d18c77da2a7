//! What administrators do: from the command line, on the same database as the running server, and over HTTP.

mod commands;
mod disputes;
mod extract;
mod reviews;
mod routes;

pub use commands::{AdminError, NewAdmin, approve_mentor, create_admin};
pub use extract::Administrator;
pub use routes::routes;
