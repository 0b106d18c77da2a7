//! SRTP in: authenticates, decrypts in place, and tells the 48-bit packet index.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce};
use rtc_srtp::context::Context;

use super::derive::{rtp_gcm, rtp_nonce};
use super::{ReplayWindow, SrtpKeys, SrtpKeysUnusable, SrtpProfile};
use crate::wire::RtpHeader;

/// SSRCs one connection may send from; a browser with three simulcast layers, screen and audio uses ten.
const MAX_SSRCS: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("the packet failed authentication")]
    Unauthentic,
    #[error("the packet index was seen before, or is too old to tell")]
    Replayed,
    #[error("the connection uses too many SSRCs")]
    TooManySsrcs,
}

/// Receiving half of a connection's SRTP.
pub(crate) struct Opener {
    cipher: Cipher,
    streams: Vec<Stream>,
}

enum Cipher {
    Gcm { key: Box<LessSafeKey>, salt: [u8; 12] },
    Sha1(Box<Context>),
}

/// One SSRC that has sent authentic packets.
struct Stream {
    ssrc: u32,
    newest: u64,
    window: ReplayWindow<16>,
}

impl Opener {
    /// # Errors
    /// The keys do not have the profile's sizes.
    pub(crate) fn new(keys: &SrtpKeys) -> Result<Self, SrtpKeysUnusable> {
        let cipher = match keys.profile {
            SrtpProfile::AeadAes128Gcm => {
                let (key, salt) = rtp_gcm(&keys.remote_key, &keys.remote_salt)?;
                Cipher::Gcm { key: Box::new(key), salt }
            }
            SrtpProfile::Aes128CmHmacSha1_80 => {
                Cipher::Sha1(Box::new(keys.context(&keys.remote_key, &keys.remote_salt)?))
            }
        };
        Ok(Self { cipher, streams: Vec::with_capacity(16) })
    }

    /// Decrypts `packet` in place. Returns its index (ROC and sequence, RFC 3711 §3.3.1) and the length of the RTP packet now at its front.
    ///
    /// # Errors
    /// See [`OpenError`]; the packet's bytes are then lost, the state is as before.
    pub(crate) fn open(&mut self, packet: &mut [u8], header: &RtpHeader) -> Result<(u64, usize), OpenError> {
        let full = self.streams.len() >= MAX_SSRCS;
        let stream = self.streams.iter_mut().find(|stream| stream.ssrc == header.ssrc);
        let index = match &stream {
            Some(stream) => estimate_index(stream.newest, header.sequence).ok_or(OpenError::Replayed)?,
            None if full => return Err(OpenError::TooManySsrcs),
            None => u64::from(header.sequence),
        };
        if stream.as_ref().is_some_and(|stream| !stream.window.is_fresh(index)) {
            return Err(OpenError::Replayed);
        }
        let len = self.cipher.open(packet, header, index).ok_or(OpenError::Unauthentic)?;
        match stream {
            Some(stream) => {
                stream.newest = stream.newest.max(index);
                stream.window.accept(index);
            }
            None => {
                let mut window = ReplayWindow::new();
                window.accept(index);
                self.streams.push(Stream { ssrc: header.ssrc, newest: index, window });
            }
        }
        Ok((index, len))
    }
}

impl Cipher {
    fn open(&mut self, packet: &mut [u8], header: &RtpHeader, index: u64) -> Option<usize> {
        match self {
            Cipher::Gcm { key, salt } => {
                let nonce = Nonce::assume_unique_for_key(rtp_nonce(salt, header.ssrc, index));
                let (aad, body) = packet.split_at_mut_checked(header.len)?;
                body.len().checked_sub(AES_128_GCM.tag_len())?;
                let plain = key.open_in_place(nonce, Aad::from(aad), body).ok()?;
                Some(header.len + plain.len())
            }
            Cipher::Sha1(context) => {
                let plain = context.decrypt_rtp(packet).ok()?;
                packet.get_mut(..plain.len())?.copy_from_slice(&plain);
                Some(plain.len())
            }
        }
    }
}

/// The index nearest to the newest one that ends in `sequence`; `None` before the stream's beginning.
fn estimate_index(newest: u64, sequence: u16) -> Option<u64> {
    let ahead = sequence.wrapping_sub(newest as u16) as i16;
    newest.checked_add_signed(i64::from(ahead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_follows_the_sequence_over_the_wrap_and_back() {
        let table = [
            (65_535, 0, Some(65_536)),
            (65_536, 65_535, Some(65_535)),
            (10, 20, Some(20)),
            (10, 65_530, None),
            (200_000, 3_392, Some(200_000)),
        ];
        for (newest, sequence, index) in table {
            assert_eq!(estimate_index(newest, sequence), index, "{newest} {sequence}");
        }
    }
}
