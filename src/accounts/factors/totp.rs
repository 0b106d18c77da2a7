//! Time-based one-time passwords (RFC 6238): six digits of HMAC-SHA-1, thirty seconds a step, as every app has them. Pure.
//!
//! Ten lines on the cryptography that is here already, since what a library answers is whether a code is right, and
//! taking none twice needs which step it is of.

use std::fmt::Write;

use aws_lc_rs::{constant_time, hmac};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::clock::Timestamp;

/// RFC 4226 §4 recommends 160 bits.
pub(super) const SECRET_BYTES: usize = 20;
const STEP_MS: i64 = 30_000;
/// Clocks differ, and typing takes a while (RFC 6238 §5.2).
const STEPS_OFF: i64 = 1;

/// The step a code is of, when it is one that may be taken now: later than `last`, which is used up.
pub(super) fn step_of(secret: &[u8], code: &str, last: i64, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let current = now.0.div_euclid(STEP_MS);
    let steps = (current - STEPS_OFF..=current + STEPS_OFF).filter(|step| *step > last);
    // The newest first: of two steps with one code the later is used up.
    steps.rev().find(|step| {
        constant_time::verify_slices_are_equal(code_at(secret, *step).as_bytes(), digits.as_bytes()).is_ok()
    })
}

/// RFC 4226 §5.3.
pub(super) fn code_at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or_default() & 0x0f);
    let word = tag.get(offset..offset + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
    format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000)
}

/// RFC 4648 §6 without padding: how apps take a secret that is typed.
pub(super) fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut buffer, mut bits) = (String::new(), 0_u32, 0);
    for &byte in bytes {
        buffer = buffer << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(buffer >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(buffer << (5 - bits) & 31) as usize]));
    }
    text
}

/// What the QR code says (Google Authenticator's Key URI Format, which every app reads).
pub(super) fn uri(site: &str, email: &str, secret: &[u8]) -> String {
    let (site, email) = (escaped(site), escaped(email));
    format!("otpauth://totp/{site}:{email}?secret={}&issuer={site}", base32(secret))
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
    out
}

/// A QR code as an SVG path of unit squares; four more of quiet belong around it (ISO/IEC 18004 §6.3.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::accounts) struct Qr {
    /// Squares a side.
    size: i32,
    /// The `d` of a path.
    path: String,
}

/// None when the text is too long for one, which takes a name of a thousand characters.
pub(super) fn qr(text: &str) -> Option<Qr> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            write!(path, "M{x} {y}h1v1h-1z").expect("writing to a String cannot fail");
        }
    }
    Some(Qr { size: code.size(), path })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B (the last six of its eight digits).
    const RFC_SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(RFC_SECRET, seconds / 30), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_of_one_step_and_taken_once() {
        let now = Timestamp(1_234_567_890_000);
        let current = 1_234_567_890 / 30;
        for (off, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = code_at(RFC_SECRET, current + off);
            let found = step_of(RFC_SECRET, &code, 0, now);
            assert_eq!(found, taken.then_some(current + off), "{off}");
        }
        let code = code_at(RFC_SECRET, current);
        assert_eq!(step_of(RFC_SECRET, &code, current, now), None, "used up");
        assert_eq!(step_of(RFC_SECRET, &code_at(RFC_SECRET, current - 1), current, now), None, "older than a used one");
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        assert_eq!(step_of(RFC_SECRET, &spaced, 0, now), Some(current), "as apps show it");
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６", &format!("-{}", &code[1..])] {
            assert_eq!(step_of(RFC_SECRET, wrong, 0, now), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_written_as_the_rfc_has_base32() {
        // RFC 4648 §10.
        for (text, expected) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(text.as_bytes()), expected);
        }
    }

    #[test]
    fn the_qr_code_says_whose_code_it_is() {
        let text = uri("Café & Co", "a+b@example.test", RFC_SECRET);
        let expected = "otpauth://totp/Caf%C3%A9%20%26%20Co:a%2Bb%40example.test?secret=\
                        GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Caf%C3%A9%20%26%20Co";
        assert_eq!(text, expected);
        let qr = qr(&text).expect("short enough");
        assert!(qr.size > 20 && qr.path.starts_with("M0 0h1v1h-1zM1 0h1"), "{qr:?}");
    }
}
