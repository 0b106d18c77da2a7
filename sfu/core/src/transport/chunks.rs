//! What must be checked of an SCTP packet before rtc-sctp sees it (RFC 9260 §3): it takes some lengths on faith and panics,
//! and a panic would end the whole room of whoever sent it.

const COMMON_HEADER: usize = 12;
const ABORT: u8 = 6;
const ERROR: u8 = 9;

/// Whether every chunk is whole, and every error cause lies within its chunk.
pub(super) fn are_sound(packet: &[u8]) -> bool {
    let Some(mut rest) = packet.get(COMMON_HEADER..) else { return false };
    while let Some(([kind, _, l0, l1], _)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([*l0, *l1]));
        let Some(value) = rest.get(4..length) else { return false };
        if matches!(*kind, ABORT | ERROR) && !causes_are_sound(value) {
            return false;
        }
        // The last chunk's padding may be missing.
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    rest.is_empty()
}

/// As rtc-sctp walks them: without padding between.
fn causes_are_sound(mut causes: &[u8]) -> bool {
    while let Some(([_, _, l0, l1], _)) = causes.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([*l0, *l1]));
        let Some(rest) = causes.get(length..).filter(|_| length >= 4) else { return false };
        causes = rest;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(chunks: &[u8]) -> Vec<u8> {
        [&[0; COMMON_HEADER], chunks].concat()
    }

    #[test]
    fn chunks_and_causes_must_be_whole() {
        for (chunks, expected, what) in [
            (&[11, 0, 0, 4][..], true, "a COOKIE ACK"),
            (&[], true, "nothing"),
            (&[11, 0, 0, 4, 9, 0, 0, 8, 0, 1, 0, 4], true, "an ERROR second, with an empty cause"),
            (&[6, 0, 0, 11, 0, 12, 0, 7, 1, 2, 3], true, "an ABORT with a reason, unpadded"),
            (&[11, 0, 0, 8], false, "a chunk longer than its packet"),
            (&[11, 0, 0, 3], false, "a chunk shorter than its header"),
            (&[11, 0, 0, 4, 1], false, "a header that is cut"),
            (&[9, 0, 0, 8, 0, 1, 0xa0, 4], false, "a cause longer than its chunk"),
            (&[6, 0, 0, 8, 0, 1, 0, 2], false, "a cause shorter than its header"),
        ] {
            assert_eq!(are_sound(&packet(chunks)), expected, "{what}");
        }
        assert!(!are_sound(&[0; COMMON_HEADER - 1]));
    }
}
