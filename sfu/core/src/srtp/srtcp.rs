//! SRTCP both ways by rtc-srtp, with replay protection that only authentic packets move.

use rtc_srtp::context::Context;

use super::{OpenError, ReplayWindow, SrtpKeys, SrtpKeysUnusable, SrtpProfile};

/// Senders of RTCP one connection may name, and names tried without proof before strangers are refused unread. rtc-srtp keeps a little state
/// for each SSRC it is shown, authentic or not.
const MAX_SENDERS: usize = 64;
const MAX_UNPROVEN: usize = 256;

/// A connection's SRTCP.
pub(crate) struct Srtcp {
    outgoing: Context,
    incoming: Context,
    index_from_end: usize,
    senders: Vec<(u32, ReplayWindow<2>)>,
    unproven: usize,
}

impl Srtcp {
    /// # Errors
    /// The keys do not have the profile's sizes.
    pub(crate) fn new(keys: &SrtpKeys) -> Result<Self, SrtpKeysUnusable> {
        Ok(Self {
            outgoing: keys.context(&keys.local_key, &keys.local_salt)?,
            incoming: keys.context(&keys.remote_key, &keys.remote_salt)?,
            // RFC 7714 §9.1 puts the index last, RFC 3711 §3.4 before a 10-byte tag.
            index_from_end: match keys.profile {
                SrtpProfile::AeadAes128Gcm => 4,
                SrtpProfile::Aes128CmHmacSha1_80 => 14,
            },
            senders: Vec::with_capacity(4),
            unproven: 0,
        })
    }

    /// The plaintext compound packet.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub(crate) fn open(&mut self, packet: &[u8]) -> Result<Vec<u8>, OpenError> {
        let ssrc = packet.get(4..).and_then(<[u8]>::first_chunk).ok_or(OpenError::Unauthentic)?;
        let ssrc = u32::from_be_bytes(*ssrc);
        let word = packet
            .len()
            .checked_sub(self.index_from_end)
            .and_then(|at| packet.get(at..)?.first_chunk())
            .ok_or(OpenError::Unauthentic)?;
        let index = u64::from(u32::from_be_bytes(*word) & 0x7fff_ffff);
        let known = self.senders.iter().position(|(sender, _)| *sender == ssrc);
        match known.and_then(|at| self.senders.get(at)) {
            Some((_, window)) if !window.is_fresh(index) => return Err(OpenError::Replayed),
            Some(_) => {}
            None if self.senders.len() >= MAX_SENDERS || self.unproven >= MAX_UNPROVEN => {
                return Err(OpenError::TooManySsrcs);
            }
            None => self.unproven += 1,
        }
        let plain = self.incoming.decrypt_rtcp(packet).map_err(|_| OpenError::Unauthentic)?;
        if known.is_none() {
            self.unproven -= 1;
            self.senders.push((ssrc, ReplayWindow::new()));
        }
        if let Some((_, window)) = self.senders.iter_mut().find(|(sender, _)| *sender == ssrc) {
            window.accept(index);
        }
        Ok(plain.into())
    }

    /// Protects a compound or reduced-size packet; `None` when it is malformed.
    pub(crate) fn seal(&mut self, plain: &[u8]) -> Option<Vec<u8>> {
        self.outgoing.encrypt_rtcp(plain).ok().map(Into::into)
    }
}
