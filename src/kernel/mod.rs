//! What every domain stands on: time, ids, errors, configuration, the database, the outbox, secrets and limits.
//!
//! Nothing here knows a domain.

mod addresses;
pub mod client;
pub mod clock;
pub mod config;
pub mod cursor;
pub mod db;
pub mod digest;
pub mod error;
pub mod extract;
pub mod https;
pub mod ids;
pub mod logs;
pub mod mail;
pub mod openapi;
pub mod outbox;
pub mod rate_limit;
mod sealing;
pub mod secrets;
pub mod text;
pub mod time_zone;

use std::sync::Arc;

use clock::{Clock, Random};
use config::Config;
use db::Db;
use secrets::Secrets;

/// The parts every domain needs, made once at start. Cheap to clone.
#[derive(Clone)]
pub struct Kernel {
    pub clock: Clock,
    pub random: Random,
    pub config: Arc<Config>,
    pub db: Db,
    pub secrets: Arc<Secrets>,
    /// Counters and gauges of all domains; served on the ops port.
    pub metrics: prometheus::Registry,
    /// Woken after a commit that published events, so that they need not wait for the next look.
    pub outbox: outbox::Wake,
}
