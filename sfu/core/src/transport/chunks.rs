//! What must be checked of an SCTP packet before rtc-sctp sees it (RFC 9260 §3).
//!
//! rtc-sctp takes the length of an error cause on faith and panics where it lies, which would end the whole room of whoever
//! sent it. And it goes on to the next chunk by what it understood of the last, not by what the last says of its length: where
//! those differ it reads the inside of a chunk as chunks. So a packet passes only where both come to the same.

const COMMON_HEADER: usize = 12;
/// Of chunks, parameters and causes alike: kind, length.
const HEADER: usize = 4;

const DATA: u8 = 0;
const INIT: u8 = 1;
const INIT_ACK: u8 = 2;
const SACK: u8 = 3;
const HEARTBEAT: u8 = 4;
const ABORT: u8 = 6;
const SHUTDOWN: u8 = 7;
const SHUTDOWN_ACK: u8 = 8;
const ERROR: u8 = 9;
const COOKIE_ECHO: u8 = 10;
const COOKIE_ACK: u8 = 11;
const SHUTDOWN_COMPLETE: u8 = 14;
const RECONFIG: u8 = 130;
const FORWARD_TSN: u8 = 192;

const HEARTBEAT_INFO: u16 = 1;
const OUTGOING_RESET: u16 = 13;
const RECONFIG_RESPONSE: u16 = 16;
const REQUESTED_HMAC: u16 = 0x8004;
const FORWARD_TSN_SUPPORTED: u16 = 0xc000;

/// Whether rtc-sctp reads each chunk as what it is. Of kinds it does not know it refuses the packet; so do we.
pub(super) fn are_sound(packet: &[u8]) -> bool {
    let Some(mut rest) = packet.get(COMMON_HEADER..) else { return false };
    while let Some(([kind, _, l0, l1], _)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([*l0, *l1]));
        let Some(value) = rest.get(HEADER..length) else { return false };
        if !is_sound(*kind, value) {
            return false;
        }
        // The last chunk's padding may be missing.
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    rest.is_empty()
}

fn is_sound(kind: u8, value: &[u8]) -> bool {
    match kind {
        DATA | SHUTDOWN | COOKIE_ECHO => true,
        SHUTDOWN_ACK | COOKIE_ACK | SHUTDOWN_COMPLETE => value.is_empty(),
        SACK => acknowledges_exactly(value),
        FORWARD_TSN => value.len().is_multiple_of(4),
        // Causes one after the other, as rtc-sctp walks them: without padding between.
        ABORT | ERROR => walk(value, 1, |_, _| true),
        HEARTBEAT => walk(value, 4, |kind, _| kind == HEARTBEAT_INFO),
        RECONFIG => walk(value, 4, |kind, len| match kind {
            OUTGOING_RESET => len >= 12 && len.is_multiple_of(2),
            RECONFIG_RESPONSE => len == 8,
            _ => false,
        }),
        INIT | INIT_ACK => value.get(16..).is_some_and(|parameters| {
            walk(parameters, 4, |kind, len| match kind {
                FORWARD_TSN_SUPPORTED => len == 0,
                REQUESTED_HMAC => len.is_multiple_of(2),
                _ => true,
            })
        }),
        _ => false,
    }
}

/// RFC 9260 §3.3.4: gap blocks and duplicates, as many as are announced.
fn acknowledges_exactly(value: &[u8]) -> bool {
    let Some([g0, g1, d0, d1]) = value.get(8..).and_then(<[u8]>::first_chunk) else { return false };
    let [gaps, duplicates] = [[*g0, *g1], [*d0, *d1]].map(|count| usize::from(u16::from_be_bytes(count)));
    value.len() == 12 + 4 * (gaps + duplicates)
}

/// Whether parameters or causes fill their chunk, each beginning at a multiple of `align`, and `is_sound` takes each by its
/// kind and the length of its value.
fn walk(mut rest: &[u8], align: usize, is_sound: impl Fn(u16, usize) -> bool) -> bool {
    while let Some(([k0, k1, l0, l1], _)) = rest.split_first_chunk::<HEADER>() {
        let length = usize::from(u16::from_be_bytes([*l0, *l1]));
        let fits = (HEADER..=rest.len()).contains(&length);
        if !fits || !is_sound(u16::from_be_bytes([*k0, *k1]), length - HEADER) {
            return false;
        }
        rest = rest.get(length.next_multiple_of(align)..).unwrap_or_default();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_causes_and_parameters_must_be_what_they_say() {
        let init = [[1, 0, 0, 20].as_slice(), &[0; 16]].concat();
        let with_parameter = |parameter: &[u8]| {
            let mut chunk = [&init, parameter].concat();
            chunk[3] += parameter.len() as u8;
            chunk
        };
        let table: [(&[u8], bool, &str); 22] = [
            (&[], true, "nothing"),
            (&[11, 0, 0, 4], true, "a COOKIE ACK"),
            (&[11, 0, 0, 8, 9, 0, 0, 8], false, "a COOKIE ACK with something in it"),
            (&[11, 0, 0, 8], false, "a chunk longer than its packet"),
            (&[11, 0, 0, 3], false, "a chunk shorter than its header"),
            (&[11, 0, 0, 4, 1], false, "a header that is cut"),
            (&[5, 0, 0, 4], false, "a chunk rtc-sctp does not know"),
            (&[11, 0, 0, 4, 9, 0, 0, 8, 0, 1, 0, 4], true, "an ERROR second, with an empty cause"),
            (&[6, 0, 0, 11, 0, 12, 0, 7, 1, 2, 3], true, "an ABORT with a reason, unpadded"),
            (&[6, 0, 0, 4], true, "an ABORT without a reason"),
            (&[9, 0, 0, 8, 0, 1, 0xa0, 4], false, "a cause longer than its chunk"),
            (&[6, 0, 0, 8, 0, 1, 0, 2], false, "a cause shorter than its header"),
            (&[4, 0, 0, 9, 0, 1, 0, 5, 7, 0, 0, 0], true, "a HEARTBEAT"),
            (&[4, 0, 0, 8, 0, 2, 0, 4], false, "a HEARTBEAT of another kind"),
            (&[3, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], true, "a SACK"),
            (&[3, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0], false, "a SACK without its gap"),
            (&[192, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0], false, "a FORWARD TSN with half a stream"),
            (&[130, 0, 0, 16, 0, 16, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1], true, "a RECONFIG with a response"),
            (&[130, 0, 0, 8, 0, 13, 0, 4], false, "a RECONFIG with an empty request"),
            (&init, true, "an INIT"),
            (&with_parameter(&[0xc0, 0, 0, 4]), true, "an INIT that knows FORWARD TSN"),
            (&with_parameter(&[0xc0, 0, 0, 8, 0, 0, 0, 0]), false, "an INIT with a parameter longer than its kind"),
        ];
        for (chunks, expected, what) in table {
            assert_eq!(are_sound(&[&[0; COMMON_HEADER], chunks].concat()), expected, "{what}");
        }
        assert!(!are_sound(&[0; COMMON_HEADER - 1]));
    }
}
