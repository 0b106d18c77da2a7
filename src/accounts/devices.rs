//! Devices that have logged in before: they keep their own budget of attempts, so that nobody who guesses elsewhere locks
//! their owner out (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::Kernel;
use crate::kernel::ids::UserId;
use crate::kernel::secrets::Audience;

/// RFC 6265bis lets cookies live 400 days.
pub(super) const KEPT: Duration = Duration::from_secs(400 * 86_400);
/// A family's tablet; who logged in longest ago is forgotten first.
const USERS: usize = 5;

/// A device, and who has logged in on it.
#[derive(Serialize, Deserialize)]
pub(super) struct KnownDevice {
    pub(super) device: Uuid,
    users: Vec<UserId>,
}

impl KnownDevice {
    /// What `token` says, if it is sound.
    pub(super) fn read(kernel: &Kernel, token: &str) -> Option<Self> {
        kernel.secrets.verify(Audience::Device, &kernel.clock, token).ok()
    }

    pub(super) fn knows(&self, user: UserId) -> bool {
        self.users.contains(&user)
    }

    /// The token of a device that `user` has just logged in on; `before` is the one it came with.
    pub(super) fn token(kernel: &Kernel, before: Option<Self>, user: UserId) -> String {
        let Self { device, mut users } =
            before.unwrap_or_else(|| Self { device: kernel.random.uuid(&kernel.clock), users: Vec::new() });
        users.retain(|known| *known != user);
        users.insert(0, user);
        users.truncate(USERS);
        let expires_at = kernel.clock.now().plus(KEPT);
        kernel.secrets.sign(Audience::Device, &kernel.clock, expires_at, Self { device, users })
    }
}
