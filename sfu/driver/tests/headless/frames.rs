//! Payloads a receiver can check byte for byte: a codec's own header, then who sent it, its number, and bytes that follow
//! from both.

use crate::person::{AV1, Codec, H264, OPUS, RED, VP8, VP9};

const BODY: usize = 600;

/// A frame in one packet, which every codec's rules take for a keyframe, so that forwarding may begin with any of them.
pub(crate) fn frame(codec: Codec, sender: u8, number: u32) -> Vec<u8> {
    let [.., high, low] = number.to_be_bytes();
    let mut payload = match codec {
        // X and S set; I, L and T: a 15-bit picture id, TL0PICIDX, layer 0. Then a keyframe's header (RFC 7741).
        VP8 => vec![0x90, 0xe0, 0x80 | (high & 0x7f), low, low, 0x20, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a],
        // I, B and E set: a 15-bit picture id, a whole frame, not inter-predicted (RFC 9628).
        VP9 => vec![0x8c, 0x80 | (high & 0x7f), low],
        // One OBU element that starts a coded video sequence: a sequence header.
        AV1 => vec![0x18, 0x0a],
        // An IDR slice.
        H264 => vec![0x65],
        // One block, the primary, of payload type 111.
        RED => vec![111],
        OPUS => vec![0xfc],
        other => panic!("no frames for {other:?}"),
    };
    payload.extend(body(sender, number));
    payload
}

/// Who sent the frame and its number, if every byte after what a slot numbers anew is as it was sent.
pub(crate) fn check(codec: Codec, payload: &[u8]) -> Option<(u8, u32)> {
    // The payload descriptors of VP8 and VP9 hold the picture id.
    let rewritten = match codec {
        VP8 => 6,
        VP9 => 3,
        _ => 0,
    };
    let kept = payload.get(rewritten..)?;
    let body = kept.get(kept.len().checked_sub(BODY)?..)?;
    let (sender, number) = (body[0], u32::from_be_bytes(body[1..5].try_into().ok()?));
    (kept == frame(codec, sender, number).get(rewritten..)?).then_some((sender, number))
}

/// Picture id and TL0PICIDX of a frame made here.
pub(crate) fn vp8_ids(payload: &[u8]) -> (u16, u8) {
    (u16::from_be_bytes([payload[2] & 0x7f, payload[3]]), payload[4])
}

fn body(sender: u8, number: u32) -> Vec<u8> {
    let mut state = u64::from(number) << 8 | u64::from(sender) | 1 << 63;
    let mut body = vec![sender];
    body.extend(number.to_be_bytes());
    body.resize_with(BODY, || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    });
    body
}
