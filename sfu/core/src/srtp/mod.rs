//! SRTP and SRTCP (RFC 3711, RFC 7714) for one connection.
//!
//! The established RTP path is ours on aws-lc: rtc-srtp allocates for every packet and keeps state for an SSRC before its first packet has
//! proved authentic. SRTCP and the SHA1 fallback are rtc-srtp's.

mod derive;
mod keys;
mod open;
mod replay;
mod seal;
mod srtcp;

pub use keys::{SrtpKeys, SrtpProfile};
pub(crate) use open::{OpenError, Opener};
pub(crate) use replay::ReplayWindow;
pub(crate) use seal::{Sealable, Sealer};
pub(crate) use srtcp::Srtcp;

/// Most bytes any profile adds to an RTP packet.
pub(crate) const MAX_OVERHEAD: usize = 16;

/// The keys do not fit the profile, or the crypto library refused them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the SRTP keys are unusable")]
pub struct SrtpKeysUnusable;
