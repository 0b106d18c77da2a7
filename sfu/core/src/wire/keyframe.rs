//! Where a slot may start a video stream: the first packet of a keyframe.

use super::{Vp8Descriptor, Vp9Descriptor};
use crate::Codec;

/// Whether this payload begins a picture that decodes without earlier ones. Audio always does.
pub(crate) fn starts_keyframe(codec: Codec, payload: &[u8]) -> bool {
    match codec {
        Codec::Opus | Codec::Red => true,
        Codec::Vp8 => vp8(payload).unwrap_or(false),
        Codec::Vp9 => Vp9Descriptor::parse(payload).is_some_and(|descriptor| descriptor.starts_keyframe()),
        // The N bit of the aggregation header: first packet of a coded video sequence (AV1 RTP specification §4.4).
        Codec::Av1 => payload.first().is_some_and(|header| header & 0x08 != 0),
        Codec::H264 => h264(payload).unwrap_or(false),
    }
}

/// RFC 7741: start of partition 0, and the inverse key frame flag of the frame tag is 0.
fn vp8(payload: &[u8]) -> Option<bool> {
    let descriptor = Vp8Descriptor::parse(payload)?;
    let starts = payload.first()? & 0x17 == 0x10;
    let frame_tag = payload.get(usize::from(descriptor.len))?;
    Some(starts && frame_tag & 1 == 0)
}

/// RFC 6184: an SPS or an IDR slice, alone, aggregated (STAP-A) or as the first fragment (FU-A).
fn h264(payload: &[u8]) -> Option<bool> {
    const IDR: u8 = 5;
    const SPS: u8 = 7;
    const STAP_A: u8 = 24;
    const FU_A: u8 = 28;
    let opens = |header: u8| matches!(header & 0x1f, IDR | SPS);
    let (&header, mut rest) = payload.split_first()?;
    match header & 0x1f {
        STAP_A => {
            while let Some(([l0, l1], nal)) = rest.split_first_chunk() {
                if opens(*nal.first()?) {
                    return Some(true);
                }
                rest = nal.get(usize::from(u16::from_be_bytes([*l0, *l1]))..)?;
            }
            Some(false)
        }
        FU_A => rest.first().map(|fragment| fragment & 0x80 != 0 && opens(*fragment)),
        _ => Some(opens(header)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keyframe_starts_are_told_apart_in_every_codec() {
        let table: [(&str, Codec, &[u8], bool); 18] = [
            ("VP8 key", Codec::Vp8, &[0x10, 0x00], true),
            ("VP8 delta", Codec::Vp8, &[0x10, 0x01], false),
            ("VP8 key, later packet", Codec::Vp8, &[0x00, 0x00], false),
            ("VP8 key, partition 1", Codec::Vp8, &[0x11, 0x00], false),
            ("VP8 key, 15-bit id", Codec::Vp8, &[0x90, 0x80, 0x80, 0x01, 0x00], true),
            ("VP9 key", Codec::Vp9, &[0x08], true),
            ("VP9 delta", Codec::Vp9, &[0x48], false),
            ("VP9 key, upper layer", Codec::Vp9, &[0xa8, 0x01, 0x02, 0x07], false),
            ("VP9 key, base layer, long id", Codec::Vp9, &[0xa8, 0x81, 0x02, 0x00, 0x07], true),
            ("AV1 sequence start", Codec::Av1, &[0x18], true),
            ("AV1 later", Codec::Av1, &[0x10], false),
            ("H264 SPS", Codec::H264, &[0x67], true),
            ("H264 IDR", Codec::H264, &[0x65], true),
            ("H264 slice", Codec::H264, &[0x61], false),
            ("H264 STAP-A with SPS second", Codec::H264, &[0x78, 0, 1, 0x06, 0, 1, 0x67], true),
            ("H264 FU-A first of IDR", Codec::H264, &[0x7c, 0x85], true),
            ("H264 FU-A later of IDR", Codec::H264, &[0x7c, 0x05], false),
            ("Opus", Codec::Opus, &[0x78], true),
        ];
        for (name, codec, payload, expected) in table {
            assert_eq!(starts_keyframe(codec, payload), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_payload_is_judged_without_panic(payload in prop::collection::vec(any::<u8>(), 0..64)) {
            for codec in [Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::H264] {
                let _ = starts_keyframe(codec, &payload);
            }
        }
    }
}
