//! Rooms: joins HTTP to signaling and the SFU.

mod routes;

pub use routes::routes;

use crate::accounts::Accounts;
use crate::booking::Booking;
use crate::kernel::Kernel;
use crate::kernel::outbox::Handler;

#[derive(Debug, thiserror::Error)]
pub enum LiveError {}

#[derive(Clone)]
pub struct Live {}

impl Live {
    /// Starts the media plane.
    pub async fn start(_kernel: &Kernel, _accounts: &Accounts, _booking: &Booking) -> Result<Self, LiveError> {
        Ok(Self {})
    }

    pub fn handlers(&self) -> Vec<Handler> {
        Vec::new()
    }

    /// Tells everyone, waits until they have gone or `config.http.drain_s` has passed, then stops the media plane.
    pub async fn shutdown(&self) {}
}
