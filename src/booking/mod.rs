//! Sessions: meetings of a mentor and mentees.

mod events;
mod routes;

pub use events::{Closing, ParticipantJoined, ParticipantLeft, RoomClosed, RoomOpened, SessionEnded};
pub use routes::routes;

use crate::kernel::Kernel;
use crate::kernel::outbox::Handler;
use crate::mentors::Mentors;

#[derive(Clone)]
pub struct Booking {
    kernel: Kernel,
}

impl Booking {
    pub fn new(kernel: &Kernel, _mentors: &Mentors) -> Self {
        Self { kernel: kernel.clone() }
    }

    pub fn handlers(&self) -> Vec<Handler> {
        Vec::new()
    }
}
