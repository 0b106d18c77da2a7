//! Recognizes a repeated ClientHello in a DTLS 1.2 datagram (RFC 6347 §4.2.2, §4.3.1).

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const RECORD_HEADER: usize = 13;
const FRAGMENT_HEADER: usize = 12;

/// Whether the datagram holds the last fragment of the ClientHello that answers our HelloVerifyRequest (message 1): the
/// client sends it again only when it has not seen our flight 4.
pub(crate) fn repeats_client_hello(mut datagram: &[u8]) -> bool {
    while let Some((header, rest)) = datagram.split_first_chunk::<RECORD_HEADER>() {
        let [kind, _, _, epoch0, epoch1, .., length0, length1] = *header;
        let length = usize::from(u16::from_be_bytes([length0, length1]));
        let Some((record, after)) = rest.split_at_checked(length) else { return false };
        if kind == HANDSHAKE && [epoch0, epoch1] == [0, 0] && ends_second_hello(record) {
            return true;
        }
        datagram = after;
    }
    false
}

fn ends_second_hello(record: &[u8]) -> bool {
    let Some((header, _)) = record.split_first_chunk::<FRAGMENT_HEADER>() else { return false };
    let [kind, t0, t1, t2, s0, s1, o0, o1, o2, l0, l1, l2] = *header;
    let [total, offset, length] =
        [[t0, t1, t2], [o0, o1, o2], [l0, l1, l2]].map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]));
    kind == CLIENT_HELLO && u16::from_be_bytes([s0, s1]) == 1 && offset + length == total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(epoch: u16, sequence: u16, total: u32, offset: u32, length: u32) -> Vec<u8> {
        let u24 = |n: u32| n.to_be_bytes()[1..].to_vec();
        let mut body =
            [vec![CLIENT_HELLO], u24(total), sequence.to_be_bytes().to_vec(), u24(offset), u24(length)].concat();
        body.extend(vec![0; length as usize]);
        let mut record = vec![HANDSHAKE, 0xfe, 0xfd];
        record.extend(epoch.to_be_bytes());
        record.extend([0; 6]);
        record.extend((body.len() as u16).to_be_bytes());
        record.extend(body);
        record
    }

    #[test]
    fn only_the_last_fragment_of_the_second_hello_counts() {
        for (datagram, expected, what) in [
            (record(0, 1, 100, 0, 100), true, "whole"),
            (record(0, 1, 100, 60, 40), true, "last fragment"),
            (record(0, 1, 100, 0, 60), false, "first fragment"),
            ([record(0, 1, 100, 0, 60), record(0, 1, 100, 60, 40)].concat(), true, "both fragments"),
            (record(0, 0, 100, 0, 100), false, "first hello"),
            (record(1, 1, 100, 0, 100), false, "encrypted"),
            (Vec::new(), false, "empty"),
        ] {
            assert_eq!(repeats_client_hello(&datagram), expected, "{what}");
        }
    }

    #[test]
    fn truncation_is_harmless() {
        let datagram = record(0, 1, 100, 0, 100);
        assert!((0..datagram.len()).all(|length| !repeats_client_hello(&datagram[..length])));
    }
}
