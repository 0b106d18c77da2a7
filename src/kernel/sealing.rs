//! Secrets of other servers, as the database may hold them: AES-256-GCM under a key made of a token key (HKDF, RFC 5869).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};

use super::clock::Random;

const NONCE: usize = 12;
const INFO: &[&[u8]] = &[b"sealing"];

pub(super) struct SealingKey(LessSafeKey);

impl SealingKey {
    pub(super) fn of(secret: &[u8]) -> Self {
        let extracted = Salt::new(HKDF_SHA256, b"facementor").extract(secret);
        let expanded = extracted.expand(INFO, &AES_256_GCM);
        let key = UnboundKey::from(expanded.expect("a key of 32 bytes is within what HKDF gives"));
        Self(LessSafeKey::new(key))
    }

    /// Nonce, ciphertext, tag. A nonce is drawn for each: 2³² of them under one key are safe, and nobody has so many.
    pub(super) fn seal(&self, random: &Random, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = random.bytes::<NONCE>();
        let mut sealed = plain.to_vec();
        let aad = Aad::from(purpose.as_bytes());
        let done = self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed);
        done.expect("secrets are far shorter than what GCM seals");
        [nonce.as_slice(), &sealed].concat()
    }

    pub(super) fn open(&self, purpose: &str, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, plain) = sealed.split_first_chunk_mut::<NONCE>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        Some(self.0.open_in_place(nonce, Aad::from(purpose.as_bytes()), plain).ok()?.to_vec())
    }
}
