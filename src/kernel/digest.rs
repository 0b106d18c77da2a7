//! SHA-256 as it is stored and compared.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// In hexadecimal, 64 digits. Enough for secrets of 256 random bits, which nobody guesses.
pub fn sha256_hex(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
    }
    hex
}
