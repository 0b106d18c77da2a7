//! The master keys a DTLS handshake yields (RFC 5764 §4.2).

use std::fmt;

use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile;

use super::SrtpKeysUnusable;

/// Protection profiles we negotiate, most preferred first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SrtpProfile {
    /// RFC 7714: 16-byte key, 12-byte salt.
    AeadAes128Gcm,
    /// RFC 5764: 16-byte key, 14-byte salt; for clients without GCM.
    Aes128CmHmacSha1_80,
}

impl SrtpProfile {
    pub const KEY_BYTES: usize = 16;

    pub fn salt_bytes(self) -> usize {
        match self {
            SrtpProfile::AeadAes128Gcm => 12,
            SrtpProfile::Aes128CmHmacSha1_80 => 14,
        }
    }
}

/// Master keys of a connection; "local" protects what we send.
#[derive(Clone, PartialEq, Eq)]
pub struct SrtpKeys {
    pub profile: SrtpProfile,
    pub local_key: Vec<u8>,
    pub local_salt: Vec<u8>,
    pub remote_key: Vec<u8>,
    pub remote_salt: Vec<u8>,
}

impl fmt::Debug for SrtpKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SrtpKeys").field("profile", &self.profile).finish_non_exhaustive()
    }
}

impl SrtpKeys {
    /// An rtc-srtp context for one direction. Its replay windows stay off because they move before authentication; ours stand in front.
    pub(super) fn context(&self, key: &[u8], salt: &[u8]) -> Result<Context, SrtpKeysUnusable> {
        let profile = match self.profile {
            SrtpProfile::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
            SrtpProfile::Aes128CmHmacSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
        };
        let crypto = rtc_crypto::default_provider().map_err(|_| SrtpKeysUnusable)?;
        Context::new(key, salt, profile, None, None, crypto.crypto()).map_err(|_| SrtpKeysUnusable)
    }
}
