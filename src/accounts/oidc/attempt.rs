//! An attempt to sign in by a provider, kept by the browser that makes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kernel::Kernel;
use crate::kernel::ids::UserId;
use crate::kernel::secrets::Audience;

/// How long people may take at the provider.
pub(in crate::accounts) const KEPT: Duration = Duration::from_secs(600);

/// 256 random bits each: what the provider must give back (RFC 6749 §10.12), what its token must name (OpenID Connect
/// Core §3.1.2.1), and what redeems the code (RFC 7636 §4.1).
#[derive(Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) provider: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    /// Who was signed in when it began: then it links, and signs nobody else in.
    pub(super) link: Option<UserId>,
}

impl Attempt {
    pub(super) fn draw(kernel: &Kernel, provider: &str, link: Option<UserId>) -> Self {
        let text = || kernel.random.text::<32>();
        Self { provider: provider.to_owned(), state: text(), nonce: text(), verifier: text(), link }
    }

    /// For a cookie no script reads.
    pub(super) fn seal(self, kernel: &Kernel) -> String {
        kernel.secrets.sign(Audience::Attempt, &kernel.clock, kernel.clock.now().plus(KEPT), self)
    }

    pub(super) fn open(kernel: &Kernel, cookie: &str) -> Option<Self> {
        kernel.secrets.verify(Audience::Attempt, &kernel.clock, cookie).ok()
    }
}
