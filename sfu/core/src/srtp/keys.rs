//! The master keys a DTLS handshake yields (RFC 5764 §4.2).

use std::fmt;

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
