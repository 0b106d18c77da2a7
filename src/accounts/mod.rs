//! People, their passwords and their logins.

mod routes;

pub use routes::routes;

use crate::kernel::Kernel;

#[derive(Clone)]
pub struct Accounts {
    kernel: Kernel,
}

impl Accounts {
    pub fn new(kernel: &Kernel) -> Self {
        Self { kernel: kernel.clone() }
    }
}
