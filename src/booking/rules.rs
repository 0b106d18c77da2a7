//! Titles, links and cursors.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::model::JoinCode;
use crate::kernel::clock::Random;
use crate::kernel::error::FieldProblem;
use crate::kernel::ids::SessionId;

const TITLE_MAX_CHARS: usize = 120;
const JOIN_CODE_MAX_BYTES: usize = 64;
/// Nothing that is easily misread: no `i`, `l`, `o`, `1`.
const ALPHABET: &[u8; 32] = b"023456789abcdefghjkmnpqrstuvwxyz";

pub(super) fn title(text: &str) -> Result<String, FieldProblem> {
    let text = text.trim();
    if (1..=TITLE_MAX_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        let detail = format!("A title has 1 to {TITLE_MAX_CHARS} characters.");
        Err(FieldProblem { field: "title", code: "title_invalid", detail })
    }
}

/// 80 random bits, which nobody finds by trying: 16 letters and digits.
pub(super) fn join_code(random: &Random) -> JoinCode {
    let bytes = random.bytes::<16>();
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).map_or('0', |letter| char::from(*letter));
    JoinCode(bytes.iter().map(letter).collect())
}

pub(super) fn parse_join_code(text: &str) -> Option<JoinCode> {
    let text = text.to_ascii_lowercase();
    let fine = (1..=JOIN_CODE_MAX_BYTES).contains(&text.len())
        && text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
    fine.then_some(JoinCode(text))
}

/// Opaque to clients: the last session they saw.
pub(super) fn cursor(last: SessionId) -> String {
    URL_SAFE_NO_PAD.encode(last.0.as_bytes())
}

pub(super) fn parse_cursor(text: &str) -> Option<SessionId> {
    Some(SessionId(Uuid::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?))
}
