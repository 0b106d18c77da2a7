//! Session keys from master keys (RFC 3711 §4.3 with key derivation rate 0, RFC 7714 §11).

use aws_lc_rs::aead::{AES_128_GCM, LessSafeKey, UnboundKey};
use rtc_crypto::BlockCipherAlgorithm;

use super::SrtpKeysUnusable;

/// Key derivation labels of RFC 3711 §4.3.2.
#[derive(Clone, Copy)]
enum Label {
    RtpEncryption = 0,
    RtpSalt = 2,
}

/// Key and salt that protect RTP in one direction under AEAD_AES_128_GCM.
pub(super) fn rtp_gcm(master_key: &[u8], master_salt: &[u8]) -> Result<(LessSafeKey, [u8; 12]), SrtpKeysUnusable> {
    let key = prf(master_key, master_salt, Label::RtpEncryption)?;
    let salt = prf(master_key, master_salt, Label::RtpSalt)?;
    let key = UnboundKey::new(&AES_128_GCM, &key).map_err(|_| SrtpKeysUnusable)?;
    let salt = *salt.first_chunk().ok_or(SrtpKeysUnusable)?;
    Ok((LessSafeKey::new(key), salt))
}

/// First block of AES-CM keyed by the master key: enough for a 16-byte key or any salt.
fn prf(master_key: &[u8], master_salt: &[u8], label: Label) -> Result<[u8; 16], SrtpKeysUnusable> {
    let mut block = [0; 16];
    // The salt fills the 14 bytes before the block counter; a 12-byte salt is padded on the right (RFC 7714 §11).
    block
        .get_mut(..master_salt.len().min(14))
        .ok_or(SrtpKeysUnusable)?
        .copy_from_slice(master_salt.get(..master_salt.len().min(14)).unwrap_or_default());
    block[7] ^= label as u8;
    let crypto = rtc_crypto::default_provider().map_err(|_| SrtpKeysUnusable)?;
    crypto
        .crypto()
        .block_encrypt(BlockCipherAlgorithm::Aes128, master_key, &mut block)
        .map_err(|_| SrtpKeysUnusable)?;
    Ok(block)
}

/// The 12-byte nonce of RFC 7714 §8.1: two zero bytes, SSRC, 48-bit packet index; XOR salt.
pub(super) fn rtp_nonce(salt: &[u8; 12], ssrc: u32, index: u64) -> [u8; 12] {
    let [_, _, i0, i1, i2, i3, i4, i5] = index.to_be_bytes();
    let [s0, s1, s2, s3] = ssrc.to_be_bytes();
    let mut nonce = [0, 0, s0, s1, s2, s3, i0, i1, i2, i3, i4, i5];
    for (byte, salt) in nonce.iter_mut().zip(salt) {
        *byte ^= salt;
    }
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_keys_match_the_vectors_of_rfc_3711() {
        // RFC 3711 B.3.
        let key = [0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0, 0xd6, 0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41, 0x39];
        let salt = [0x0e, 0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe, 0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6];
        let cipher_key =
            [0xc6, 0x1e, 0x7a, 0x93, 0x74, 0x4f, 0x39, 0xee, 0x10, 0x73, 0x4a, 0xfe, 0x3f, 0xf7, 0xa0, 0x87];
        let cipher_salt = [0x30, 0xcb, 0xbc, 0x08, 0x86, 0x3d, 0x8c, 0x85, 0xd4, 0x9d, 0xb3, 0x4a, 0x9a, 0xe1];
        assert_eq!(prf(&key, &salt, Label::RtpEncryption), Ok(cipher_key));
        assert_eq!(prf(&key, &salt, Label::RtpSalt).map(|block| block[..14].to_vec()), Ok(cipher_salt.to_vec()));
    }
}
