//! Who may open sessions: people with an approved row.

mod routes;

pub use routes::routes;

use crate::accounts::Accounts;
use crate::kernel::Kernel;

#[derive(Clone)]
pub struct Mentors {
    kernel: Kernel,
}

impl Mentors {
    pub fn new(kernel: &Kernel, _accounts: &Accounts) -> Self {
        Self { kernel: kernel.clone() }
    }
}
