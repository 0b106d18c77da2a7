//! Public keys of passkeys: COSE (RFC 9052 §7, RFC 9053 §7), three algorithms, verified by aws-lc. Pure.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use ciborium::Value;

/// COSE's names of what is taken, the best first (WebAuthn §5.8.5): ES256, EdDSA, RS256 (Windows Hello).
pub(super) const ALGORITHMS: [i32; 3] = [-7, -8, -257];
/// What is read nests no deeper, and neither does an attack.
const DEPTH: usize = 8;

/// A key that can be verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// Uncompressed point (SEC 1 §2.3.3).
    Es256([u8; 65]),
    Ed25519([u8; 32]),
    Rs256 {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// Reads the key that `bytes` begin with, and moves them to what comes after it.
    pub(super) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let Value::Map(entries) = read_value(bytes)? else { return None };
        let find = |label: i64| {
            let mut found = entries.iter().filter(|(key, _)| *key == Value::from(label)).map(|(_, value)| value);
            let first = found.next()?;
            // Twice the same label is nobody's key.
            found.next().is_none().then_some(first)
        };
        let integer = |label| find(label)?.as_integer().and_then(|number| i64::try_from(number).ok());
        let bytes = |label| find(label)?.as_bytes();
        match (integer(1)?, integer(3)?) {
            (2, -7) if integer(-1) == Some(1) => {
                let (x, y): ([u8; 32], [u8; 32]) =
                    (bytes(-2)?.as_slice().try_into().ok()?, bytes(-3)?.as_slice().try_into().ok()?);
                let mut point = [4; 65];
                point[1..33].copy_from_slice(&x);
                point[33..].copy_from_slice(&y);
                Some(Self::Es256(point))
            }
            (1, -8) if integer(-1) == Some(6) => Some(Self::Ed25519(bytes(-2)?.as_slice().try_into().ok()?)),
            (3, -257) => Some(Self::Rs256 { n: bytes(-1)?.clone(), e: bytes(-2)?.clone() }),
            _ => None,
        }
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::Es256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature),
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rs256 { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.is_ok()
    }
}

/// Reads one CBOR value, and moves `bytes` to what comes after it.
pub(super) fn read_value(bytes: &mut &[u8]) -> Option<Value> {
    ciborium::de::from_reader_with_recursion_limit(bytes, DEPTH).ok()
}
