//! ICE credentials (RFC 8839 §5.4): what tells a participant's packets from a stranger's before any key is agreed.

use std::fmt;

use rand::{Rng, RngExt};

/// `ice-char` without `+` and `/`, which need escaping in URLs and shells.
const ICE_CHARS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// 8 characters hold 47 bits; RFC 8445 §5.3 asks for 24.
const UFRAG_CHARS: usize = 8;
/// 24 characters hold 142 bits; RFC 8445 §5.3 asks for 128.
const PWD_CHARS: usize = 24;

/// One side's user fragment and password.
#[derive(Clone, PartialEq, Eq)]
pub struct IceCredentials {
    pub ufrag: String,
    pub pwd: String,
}

impl IceCredentials {
    /// Draws fresh credentials.
    pub fn generate(rng: &mut impl Rng) -> Self {
        Self { ufrag: characters(rng, UFRAG_CHARS), pwd: characters(rng, PWD_CHARS) }
    }
}

impl fmt::Debug for IceCredentials {
    /// The password stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceCredentials").field("ufrag", &self.ufrag).finish_non_exhaustive()
    }
}

fn characters(rng: &mut impl Rng, count: usize) -> String {
    (0..count).filter_map(|_| ICE_CHARS.get(rng.random_range(0..ICE_CHARS.len()))).map(|c| char::from(*c)).collect()
}
