//! Backup codes: ten, on paper, each good for one log-in without the app.

use crate::kernel::clock::Random;

/// So many at once.
const CODES: usize = 10;
/// Without what looks alike: i, l, o and u (Crockford).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Fifty bits: hashed as passwords are (ASVS 5 §6.5.2), and guessing is slowed down.
const CHARS: usize = 10;

/// Fresh codes, as they are shown: `abcde-fghjk`.
pub(super) fn draw(random: &Random) -> Vec<String> {
    let code = |_| {
        let bytes = random.bytes::<CHARS>();
        let mut text: String = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
        text.insert(CHARS / 2, '-');
        text
    };
    (0..CODES).map(code).collect()
}

/// A code as it was typed, as it is hashed: case, dashes and spaces do not count, and neither does what looks alike.
/// None when it cannot be one.
pub(super) fn normal(typed: &str) -> Option<String> {
    let plain: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    (plain.len() == CHARS && plain.bytes().all(|c| ALPHABET.contains(&c))).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let codes = draw(&Random::default());
        assert_eq!(codes.len(), 10);
        for code in &codes {
            let expected = code.replace('-', "");
            let shouted = code.to_uppercase().replace('-', " ").replace('0', "O").replace('1', "L");
            assert_eq!(normal(code), Some(expected.clone()));
            assert_eq!(normal(&shouted), Some(expected));
        }
        for wrong in ["", "abcde", "abcde-fghjkm", "abcde-fghj!", "abcde-fghjé"] {
            assert_eq!(normal(wrong), None, "{wrong}");
        }
    }
}
