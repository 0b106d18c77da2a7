//! Redundant audio (RFC 2198): block headers, their inner payload types, the primary block.

/// Blocks read at most: browsers send up to two redundant ones; more is malformed for us.
const MAX_BLOCKS: usize = 9;

/// The headers of one RED payload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct RedHeader {
    /// Bytes before the first block.
    pub(crate) len: usize,
    /// Where the primary block begins; it runs to the end of the payload.
    pub(crate) primary: usize,
}

impl RedHeader {
    /// `None` when the headers or the blocks they announce are not whole.
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let mut at = 0;
        let mut redundant = 0usize;
        for _ in 0..MAX_BLOCKS {
            if payload.get(at)? & 0x80 == 0 {
                let len = at + 1;
                let primary = len + redundant;
                return (primary <= payload.len()).then_some(Self { len, primary });
            }
            let [_, _, l0, l1] = *payload.get(at..)?.first_chunk()?;
            redundant += usize::from(u16::from_be_bytes([l0 & 0x03, l1]));
            at += 4;
        }
        None
    }

    /// Sets every block's payload type in `headers`: a copy of the first [`len`](Self::len) bytes. All blocks of what we accept are Opus.
    pub(crate) fn rewrite(&self, headers: &mut [u8], payload_type: u8) {
        for block in headers.chunks_mut(4) {
            if let Some(byte) = block.first_mut() {
                *byte = *byte & 0x80 | payload_type & 0x7f;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Two redundant blocks of 2 and 1 bytes, then the primary.
    const PAYLOAD: [u8; 14] = [0xef, 0x0f, 0x00, 0x02, 0xef, 0x07, 0x80, 0x01, 0x6f, b'a', b'a', b'b', b'P', b'P'];

    #[test]
    fn the_primary_block_follows_the_redundant_ones() {
        let red = RedHeader::parse(&PAYLOAD).expect("whole");
        assert_eq!(red.len, 9);
        assert_eq!(&PAYLOAD[red.primary..], b"PP");
    }

    #[test]
    fn inner_payload_types_are_mapped_and_nothing_else() {
        let red = RedHeader::parse(&PAYLOAD).expect("whole");
        let mut headers = PAYLOAD;
        red.rewrite(&mut headers[..red.len], 63);
        assert_eq!(&headers[..9], [0xbf, 0x0f, 0x00, 0x02, 0xbf, 0x07, 0x80, 0x01, 0x3f]);
        assert_eq!(headers[9..], PAYLOAD[9..]);
    }

    #[test]
    fn blocks_longer_than_the_payload_are_refused() {
        assert_eq!(RedHeader::parse(&PAYLOAD[..11]), None);
        assert_eq!(RedHeader::parse(&[0xef, 0, 0]), None);
        assert_eq!(RedHeader::parse(&[0xff; 64]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_parse_or_not_but_never_panic(payload in prop::collection::vec(any::<u8>(), 0..80)) {
            if let Some(red) = RedHeader::parse(&payload) {
                prop_assert!(red.len <= red.primary && red.primary <= payload.len());
            }
        }
    }
}
