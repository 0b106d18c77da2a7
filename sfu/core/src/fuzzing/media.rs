//! RTP headers with their extensions, and RED.

use rtc_rtp::header::Header;
use rtc_shared::marshal::Unmarshal;

use crate::wire::{ExtensionWriter, Extensions, Protocol, RedHeader, RtpHeader, write_header};

/// A packet's header agrees with rtc-rtp's reading, and survives being written again with its extensions.
pub fn rtp(data: &[u8]) {
    let Some(header) = RtpHeader::parse(data) else { return };
    assert!((12..=data.len()).contains(&header.len), "a header of {} bytes in {}", header.len, data.len());
    if !matches!(Protocol::of(data), Some(Protocol::Rtcp)) {
        assert_eq!(Protocol::of(data), Some(Protocol::Rtp), "RTP that would not reach its parser");
    }
    if let Some(payload) = header.payload(data) {
        assert!(header.len + payload.len() <= data.len());
        assert!(data.get(header.len..).is_some_and(|body| body.starts_with(payload)));
    }
    agrees_with_rtc_rtp(&header, data);

    let elements: Vec<(u8, &[u8])> = Extensions::of(&header, data).collect();
    let block = header.extension.as_ref().map_or(0, |(_, range)| range.len());
    let read: usize = elements.iter().map(|(_, data)| 1 + data.len()).sum();
    assert!(read <= block, "{read} bytes of elements in a block of {block}");
    assert!(elements.iter().all(|(id, _)| *id != 0));
    write_again(&header, &elements);
}

fn agrees_with_rtc_rtp(header: &RtpHeader, data: &[u8]) {
    // rtc-rtp reads past an extension block that ends inside an element; bytes after the packet keep it from panicking.
    let mut padded = data.to_vec();
    padded.resize(data.len() + 300, 0);
    let Ok(theirs) = Header::unmarshal(&mut &padded[..]) else { return };
    assert_eq!(header.marker, theirs.marker);
    assert_eq!(header.payload_type, theirs.payload_type);
    assert_eq!(header.sequence, theirs.sequence_number);
    assert_eq!(header.timestamp, theirs.timestamp);
    assert_eq!(header.ssrc, theirs.ssrc);
    assert_eq!(header.extension.is_some(), theirs.extension);
    let csrcs = 12 + 4 * theirs.csrc.len();
    match &header.extension {
        None => assert_eq!(header.len, csrcs),
        Some((profile, range)) => {
            assert_eq!((*profile, range.start, range.end), (theirs.extension_profile, csrcs + 4, header.len));
        }
    }
}

fn write_again(header: &RtpHeader, elements: &[(u8, &[u8])]) {
    // As many as fit, and only what the writer takes: 1 to 16 bytes.
    let elements: Vec<_> = elements.iter().filter(|(_, data)| (1..=16).contains(&data.len())).take(2).collect();
    let mut writer = ExtensionWriter::<48>::for_ids(elements.iter().map(|(id, _)| *id));
    elements.iter().for_each(|(id, data)| writer.push(*id, data));
    let mut out = [0xaa; 128];
    let (index, timestamp) = (u64::from(header.sequence) | 7 << 16, header.timestamp);
    let len =
        write_header(&mut out, header.marker, header.payload_type, index, timestamp, header.ssrc, writer.finish())
            .expect("two elements fit");
    let written = out.get(..len).expect("within the buffer");
    let again = RtpHeader::parse(written).expect("our own header");
    assert_eq!(again.len, len);
    assert_eq!(
        (again.marker, again.payload_type, again.sequence, again.timestamp, again.ssrc),
        (header.marker, header.payload_type, header.sequence, header.timestamp, header.ssrc)
    );
    assert!(Extensions::of(&again, written).eq(elements.into_iter().copied()), "extensions read back otherwise");
}

/// RED's blocks lie within the payload, and new payload types change nothing else.
pub fn red(data: &[u8]) {
    let Some(red) = RedHeader::parse(data) else { return };
    assert!(red.len <= red.primary && red.primary <= data.len());
    let mut rewritten = data.to_vec();
    let headers = rewritten.get_mut(..red.len).expect("within the payload");
    red.rewrite(headers, 0x5a);
    assert_eq!(RedHeader::parse(&rewritten), Some(red), "the blocks moved");
    for (at, (before, after)) in data.iter().zip(&rewritten).enumerate() {
        if at < red.len && at % 4 == 0 {
            assert_eq!((after & 0x7f, after & 0x80), (0x5a, before & 0x80), "block header at {at}");
        } else {
            assert_eq!(before, after, "byte {at} is none of the rewriting's business");
        }
    }
}
