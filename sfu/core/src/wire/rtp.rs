//! The RTP header (RFC 3550 §5.1), read in place and written anew.

use std::ops::Range;

/// Bytes of the fixed header.
const HEADER_BYTES: usize = 12;

/// A parsed header; refers to the packet it came from by ranges.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RtpHeader {
    pub(crate) marker: bool,
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    /// RFC 8285 profile word and where the elements are, when the X bit is set.
    pub(crate) extension: Option<(u16, Range<usize>)>,
    /// Fixed header, CSRCs and extension: what SRTP authenticates but does not encrypt.
    pub(crate) len: usize,
    padded: bool,
}

impl RtpHeader {
    /// Reads the header of an SRTP or RTP packet; `None` when it is not whole or not version 2.
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let fixed: &[u8; HEADER_BYTES] = packet.first_chunk()?;
        let [first, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *fixed;
        if first >> 6 != 2 {
            return None;
        }
        let mut len = HEADER_BYTES + 4 * usize::from(first & 0x0f);
        let mut extension = None;
        if first & 0x10 != 0 {
            let [p0, p1, w0, w1] = *packet.get(len..)?.first_chunk()?;
            let start = len + 4;
            len = start + 4 * usize::from(u16::from_be_bytes([w0, w1]));
            extension = Some((u16::from_be_bytes([p0, p1]), start..len));
        }
        if packet.len() < len {
            return None;
        }
        Some(Self {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
            extension,
            len,
            padded: first & 0x20 != 0,
        })
    }

    /// The payload without padding, of the decrypted packet this header was parsed from. `None` when the padding count is impossible.
    pub(crate) fn payload<'p>(&self, packet: &'p [u8]) -> Option<&'p [u8]> {
        let body = packet.get(self.len..)?;
        if !self.padded {
            return Some(body);
        }
        let padding = usize::from(*body.last()?);
        if padding == 0 { None } else { body.get(..body.len().checked_sub(padding)?) }
    }
}

/// Writes a header without CSRCs; `extension` is a whole RFC 8285 block or empty. Returns its length, or `None` when `out` is too short.
pub(crate) fn write_header(
    out: &mut [u8],
    marker: bool,
    payload_type: u8,
    index: u64,
    timestamp: u32,
    ssrc: u32,
    extension: &[u8],
) -> Option<usize> {
    let len = HEADER_BYTES + extension.len();
    let (fixed, rest) = out.get_mut(..len)?.split_first_chunk_mut::<HEADER_BYTES>()?;
    let [s0, s1] = (index as u16).to_be_bytes();
    let [t0, t1, t2, t3] = timestamp.to_be_bytes();
    let [c0, c1, c2, c3] = ssrc.to_be_bytes();
    let first = if extension.is_empty() { 0x80 } else { 0x90 };
    *fixed = [first, u8::from(marker) << 7 | payload_type & 0x7f, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3];
    rest.copy_from_slice(extension);
    Some(len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_header_with_csrcs_extension_and_padding_is_read() {
        let mut packet = vec![0xb1, 0x80 | 96, 0, 7, 0, 0, 0, 9, 0, 0, 0, 5];
        packet.extend([1, 2, 3, 4]);
        packet.extend([0xbe, 0xde, 0, 1, 0x10, 0xaa, 0, 0]);
        packet.extend([b'x', b'y', 0, 2]);
        let header = RtpHeader::parse(&packet).expect("whole");
        assert_eq!(
            (header.marker, header.payload_type, header.sequence, header.timestamp, header.ssrc),
            (true, 96, 7, 9, 5)
        );
        assert_eq!(header.extension, Some((0xbede, 20..24)));
        assert_eq!(header.payload(&packet), Some(&b"xy"[..]));
    }

    #[test]
    fn impossible_padding_is_refused() {
        for count in [0, 4] {
            let packet = [0xa0, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, count];
            let header = RtpHeader::parse(&packet).expect("whole");
            assert_eq!(header.payload(&packet), None, "{count}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_parse_or_not_but_never_panic(packet in prop::collection::vec(any::<u8>(), 0..80)) {
            if let Some(header) = RtpHeader::parse(&packet) {
                prop_assert!(header.len <= packet.len());
                let _ = header.payload(&packet);
            }
        }

        #[test]
        fn what_is_written_reads_back(marker: bool, pt in 0u8..128, index in 0u64..(1 << 48), timestamp: u32, ssrc: u32) {
            let mut out = [0; 64];
            let extension = [0xbe, 0xde, 0, 1, 0x10, 7, 0, 0];
            let len = write_header(&mut out, marker, pt, index, timestamp, ssrc, &extension).expect("fits");
            let header = RtpHeader::parse(&out[..len]).expect("whole");
            prop_assert_eq!((header.marker, header.payload_type, header.timestamp, header.ssrc), (marker, pt, timestamp, ssrc));
            prop_assert_eq!(header.sequence, index as u16);
            prop_assert_eq!(header.len, len);
        }
    }
}
