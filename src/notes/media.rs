//! What a file is, by its first bytes. Pure.

use super::NotesError;

/// Packed files, which say no more of themselves: documents of office programs are such.
const PACKED: &[&str] = &[
    "application/zip",
    "application/x-zip-compressed",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
];
/// What is only text; nothing that a browser runs.
const TEXTS: &[&str] = &["text/plain", "text/markdown", "text/csv"];

/// The media type that is kept. What is declared must agree with what the bytes say; `application/octet-stream`, or nothing,
/// declares nothing.
pub(super) fn recognise(bytes: &[u8], declared: Option<&str>) -> Result<&'static str, NotesError> {
    if bytes.is_empty() {
        return Err(NotesError::AttachmentEmpty);
    }
    let possible = sniff(bytes).ok_or(NotesError::TypeRefused)?;
    let usual = possible.first().copied().ok_or(NotesError::TypeRefused)?;
    match declared {
        None | Some("" | "application/octet-stream") => Ok(usual),
        Some(declared) => {
            let found = possible.iter().find(|kind| kind.eq_ignore_ascii_case(declared));
            found.copied().ok_or(NotesError::TypeMismatch)
        }
    }
}

/// The types that begin like this; the usual one first.
fn sniff(bytes: &[u8]) -> Option<&'static [&'static str]> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"%PDF-") {
        return Some(&["application/pdf"]);
    }
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Some(&["image/png"]);
    }
    if starts(b"\xff\xd8\xff") {
        return Some(&["image/jpeg"]);
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        return Some(&["image/gif"]);
    }
    if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(&["image/webp"]);
    }
    if starts(b"PK\x03\x04") {
        return Some(PACKED);
    }
    let text = str::from_utf8(bytes).ok()?;
    let plain = !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'));
    plain.then_some(TEXTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_what_is_said_of_them_must_agree() {
        let docx = PACKED[2];
        for (bytes, declared, expected) in [
            (&b"%PDF-1.7"[..], Some("application/pdf"), Some("application/pdf")),
            (b"%PDF-1.7", None, Some("application/pdf")),
            (b"%PDF-1.7", Some("image/png"), None),
            (b"\x89PNG\r\n\x1a\n", Some("application/octet-stream"), Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("IMAGE/JPEG"), Some("image/jpeg")),
            (b"RIFF\0\0\0\0WEBP", Some("image/webp"), Some("image/webp")),
            (b"RIFF\0\0\0\0WAVE", Some("audio/wav"), None),
            (b"GIF89a", Some("image/gif"), Some("image/gif")),
            (b"PK\x03\x04", Some(docx), Some(docx)),
            (b"PK\x03\x04", Some("image/png"), None),
            ("Zoë\n".as_bytes(), Some("text/markdown"), Some("text/markdown")),
            (b"<script>alert(1)</script>", Some("text/html"), None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some("image/svg+xml"), None),
            (b"<script>alert(1)</script>", None, Some("text/plain")),
            (b"MZ\x90\0", None, None),
            (b"\x7fELF", Some("text/plain"), None),
            (b"a\0b", Some("text/plain"), None),
            (b"", Some("text/plain"), None),
        ] {
            assert_eq!(recognise(bytes, declared).ok(), expected, "{bytes:?} as {declared:?}");
        }
    }
}
