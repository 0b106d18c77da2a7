//! SRTP out: seals shared plaintext straight into the send arena.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce};
use rtc_srtp::context::Context;

use super::derive::{rtp_gcm, rtp_nonce};
use super::{SrtpKeys, SrtpKeysUnusable, SrtpProfile};

/// Sending half of a connection's SRTP.
pub(crate) struct Sealer {
    cipher: Cipher,
}

enum Cipher {
    Gcm { key: Box<LessSafeKey>, salt: [u8; 12] },
    Sha1(Box<Context>),
}

/// One packet to seal: `header` and `prefix` bytes are already in place at the front of the output, `rest` follows from elsewhere.
///
/// Layout of the output: `[header | prefix | rest | tag]`. The prefix is the part of the payload that differs per subscriber.
pub(crate) struct Sealable<'p> {
    pub(crate) ssrc: u32,
    /// ROC and sequence; the caller never passes the same (SSRC, index) with other bytes.
    pub(crate) index: u64,
    pub(crate) header_len: usize,
    pub(crate) prefix_len: usize,
    pub(crate) rest: &'p [u8],
}

impl Sealer {
    /// # Errors
    /// The keys do not have the profile's sizes.
    pub(crate) fn new(keys: &SrtpKeys) -> Result<Self, SrtpKeysUnusable> {
        let cipher = match keys.profile {
            SrtpProfile::AeadAes128Gcm => {
                let (key, salt) = rtp_gcm(&keys.local_key, &keys.local_salt)?;
                Cipher::Gcm { key: Box::new(key), salt }
            }
            SrtpProfile::Aes128CmHmacSha1_80 => {
                Cipher::Sha1(Box::new(keys.context(&keys.local_key, &keys.local_salt)?))
            }
        };
        Ok(Self { cipher })
    }

    /// Seals into `out`, which must have [`MAX_OVERHEAD`](super::MAX_OVERHEAD) bytes beyond the packet. Returns the length of the SRTP packet,
    /// or `None` when `out` is too short or the cipher refuses.
    pub(crate) fn seal(&mut self, out: &mut [u8], packet: &Sealable<'_>) -> Option<usize> {
        let front = packet.header_len + packet.prefix_len;
        let plain_len = front + packet.rest.len();
        match &mut self.cipher {
            Cipher::Gcm { key, salt } => {
                let len = plain_len + AES_128_GCM.tag_len();
                let nonce = Nonce::assume_unique_for_key(rtp_nonce(salt, packet.ssrc, packet.index));
                let (header, body) = out.get_mut(..len)?.split_at_mut_checked(packet.header_len)?;
                if packet.prefix_len == 0 {
                    let (sealed, tag) = body.split_at_mut_checked(packet.rest.len())?;
                    key.seal_out_of_place_scatter(nonce, Aad::from(header), packet.rest, sealed, &[], tag).ok()?;
                } else {
                    let (prefix, sealed) = body.split_at_mut_checked(packet.prefix_len)?;
                    key.seal_in_place_scatter(nonce, Aad::from(header), prefix, packet.rest, sealed).ok()?;
                }
                Some(len)
            }
            Cipher::Sha1(context) => {
                out.get_mut(front..plain_len)?.copy_from_slice(packet.rest);
                let sealed = context.encrypt_rtp(out.get(..plain_len)?).ok()?;
                out.get_mut(..sealed.len())?.copy_from_slice(&sealed);
                Some(sealed.len())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srtp::Opener;
    use crate::wire::{RtpHeader, write_header};
    use proptest::prelude::*;

    fn keys(profile: SrtpProfile) -> SrtpKeys {
        let salt = vec![9; profile.salt_bytes()];
        SrtpKeys {
            profile,
            local_key: vec![7; 16],
            local_salt: salt.clone(),
            remote_key: vec![7; 16],
            remote_salt: salt,
        }
    }

    fn seal(sealer: &mut Sealer, index: u64, prefix: &[u8], rest: &[u8]) -> Vec<u8> {
        let mut out = [0; 2048];
        let header_len =
            write_header(&mut out, true, 96, index, 1234, 55, &[0xbe, 0xde, 0, 1, 0x10, b'3', 0, 0]).expect("fits");
        out[header_len..header_len + prefix.len()].copy_from_slice(prefix);
        let len = sealer
            .seal(&mut out, &Sealable { ssrc: 55, index, header_len, prefix_len: prefix.len(), rest })
            .expect("seals");
        out[..len].to_vec()
    }

    proptest! {
        #[test]
        fn what_we_seal_rtc_srtp_opens(prefix in prop::collection::vec(any::<u8>(), 0..8), rest in prop::collection::vec(any::<u8>(), 0..1200), start in 0u64..0x8000) {
            for profile in [SrtpProfile::AeadAes128Gcm, SrtpProfile::Aes128CmHmacSha1_80] {
                let keys = keys(profile);
                let (mut sealer, mut theirs, mut ours) = (Sealer::new(&keys).expect("keys"), keys.context(&keys.local_key, &keys.local_salt).expect("keys"), Opener::new(&keys).expect("keys"));
                for index in [start, start + 0x7000, start + 0xe000, start + 0x1_2000] {
                    let mut sealed = seal(&mut sealer, index, &prefix, &rest);
                    let opened = theirs.decrypt_rtp(&sealed).expect("opens");
                    prop_assert_eq!(&opened[20..], [&prefix[..], &rest[..]].concat());
                    let header = RtpHeader::parse(&sealed).expect("whole");
                    let (opened_index, len) = ours.open(&mut sealed, &header).expect("opens");
                    prop_assert_eq!((opened_index, &sealed[20..len]), (index, &opened[20..]));
                }
            }
        }
    }

    #[test]
    fn a_forged_or_replayed_packet_is_refused_and_changes_nothing() {
        for profile in [SrtpProfile::AeadAes128Gcm, SrtpProfile::Aes128CmHmacSha1_80] {
            let keys = keys(profile);
            let (mut sealer, mut opener) = (Sealer::new(&keys).expect("keys"), Opener::new(&keys).expect("keys"));
            let good = seal(&mut sealer, 5, b"", b"hello");
            let mut forged = good.clone();
            *forged.last_mut().expect("not empty") ^= 1;
            let header = RtpHeader::parse(&good).expect("whole");
            assert_eq!(opener.open(&mut forged, &header), Err(crate::srtp::OpenError::Unauthentic));
            assert!(opener.open(&mut good.clone(), &header).is_ok());
            assert_eq!(opener.open(&mut good.clone(), &header), Err(crate::srtp::OpenError::Replayed));
        }
    }
}
