//! Payload descriptors of the video codecs: the first byte picks the codec.

use rtc_rtp::codec::vp8::Vp8Packet;
use rtc_rtp::codec::vp9::Vp9Packet;
use rtc_rtp::packetizer::Depacketizer;

use super::input::Input;
use crate::Codec;
use crate::wire::{Vp8Descriptor, Vp9Descriptor, keyframe_size, layer_sizes, starts_keyframe};

/// A descriptor lies within its payload and agrees with rtc-rtp's reading; rewritten it keeps its size and its other bytes.
pub fn descriptors(data: &[u8]) {
    let mut input = Input::new(data);
    let Some(codec) = input.byte() else { return };
    match codec % 4 {
        0 => vp8(input),
        1 => vp9(input.rest()),
        2 => av1(input.rest()),
        _ => h264(input.rest()),
    }
}

fn vp8(mut input: Input<'_>) {
    let Some((ids, levels)) = input.word().zip(input.byte()) else { return };
    let payload = input.rest();
    let starts = starts_keyframe(Codec::Vp8, payload);
    let Some(descriptor) = Vp8Descriptor::parse(payload) else {
        return assert!(!starts, "a keyframe without a descriptor");
    };
    let len = usize::from(descriptor.len);
    assert!((1..=6).contains(&len) && len <= payload.len());
    if let Some(size) = keyframe_size(payload, descriptor) {
        assert!(size.0 <= 0x3fff && size.1 <= 0x3fff);
    }
    let mut theirs = Vp8Packet::default();
    if let Ok(frame) = theirs.depacketize(&payload.to_vec().into()) {
        assert_eq!(frame.len(), payload.len() - len, "where the frame begins");
        assert_eq!(descriptor.picture_id.map_or(0, |id| id.value), theirs.picture_id);
        assert_eq!(descriptor.tl0.map_or(0, |(_, value)| value), theirs.tl0_pic_idx);
        let first = theirs.s == 1 && theirs.pid == 0;
        assert_eq!(starts, first && frame.first().is_some_and(|tag| tag & 1 == 0));
    }

    let mut rewritten = payload.to_vec();
    descriptor.rewrite(rewritten.get_mut(..len).expect("within the payload"), ids, levels);
    let again = Vp8Descriptor::parse(&rewritten).expect("still a descriptor");
    assert_eq!((again.len, again.tl0.map(|(at, _)| at)), (descriptor.len, descriptor.tl0.map(|(at, _)| at)));
    let width = |payload: &[u8]| if payload.get(2).is_some_and(|byte| byte & 0x80 != 0) { 0x7fff } else { 0x7f };
    let expected = descriptor.picture_id.map(|id| id.value.wrapping_add(ids) & width(payload));
    assert_eq!(again.picture_id.map(|id| id.value), expected);
    assert_eq!(again.tl0.map(|(_, v)| v), descriptor.tl0.map(|(_, value)| value.wrapping_add(levels)));
    assert_eq!(starts_keyframe(Codec::Vp8, &rewritten), starts);
    // Back again is where it began.
    again.rewrite(rewritten.get_mut(..len).expect("within"), ids.wrapping_neg(), levels.wrapping_neg());
    assert_eq!(rewritten, payload);
}

fn vp9(payload: &[u8]) {
    let starts = starts_keyframe(Codec::Vp9, payload);
    let mut theirs = Vp9Packet::default();
    if theirs.depacketize(&payload.to_vec().into()).is_ok() {
        assert_eq!(starts, !theirs.p && theirs.b && theirs.sid == 0);
        let ours = Vp9Descriptor::parse(payload).expect("they read it");
        assert_eq!(ours.picture_id.map_or(0, |id| id.value), theirs.picture_id);
        assert_eq!((ours.layers.spatial, ours.layers.temporal), (theirs.sid, theirs.tid));
        assert_eq!(ours.tl0.map_or(0, |(_, value)| value), theirs.tl0picidx);
        assert_eq!((ours.begins_frame(), ours.ends_frame()), (theirs.b, theirs.e));
        assert_eq!((ours.is_inter_predicted(), ours.is_switching_up()), (theirs.p, theirs.u));
        let sizes = layer_sizes(payload, &ours).into_iter().flatten();
        assert!(sizes.eq(theirs.width.iter().copied().zip(theirs.height.iter().copied())), "sizes of the layers");
    }
    if starts {
        assert!(payload.first().is_some_and(|flags| flags & 0x48 == 0x08));
    }
    let Some(descriptor) = Vp9Descriptor::parse(payload) else { return assert!(!starts) };
    let len = usize::from(descriptor.len);
    assert!((1..=5).contains(&len) && len <= payload.len());
    let mut rewritten = payload.to_vec();
    let (ids, levels) = (0x1234, 0x56);
    descriptor.rewrite(rewritten.get_mut(..len).expect("within the payload"), ids, levels);
    let again = Vp9Descriptor::parse(&rewritten).expect("still a descriptor");
    assert_eq!((again.len, again.layers), (descriptor.len, descriptor.layers));
    again.rewrite(rewritten.get_mut(..len).expect("within"), ids.wrapping_neg(), levels.wrapping_neg());
    assert_eq!(rewritten, payload, "back again is where it began");
}

fn av1(payload: &[u8]) {
    assert_eq!(starts_keyframe(Codec::Av1, payload), payload.first().is_some_and(|header| header & 8 == 8));
}

fn h264(payload: &[u8]) {
    let starts = starts_keyframe(Codec::H264, payload);
    let opens = |header: &u8| matches!(header & 0x1f, 5 | 7);
    match payload {
        [header, rest @ ..] if header & 0x1f == 24 => {
            // The same again, the slow way: every unit of the aggregate up to the first that is cut.
            let mut at = 0;
            let mut found = false;
            while let Some(&[high, low]) = rest.get(at..at + 2) {
                found |= rest.get(at + 2).is_some_and(opens);
                let next = at + 2 + usize::from(u16::from_be_bytes([high, low]));
                if found || next > rest.len() {
                    break;
                }
                at = next;
            }
            assert_eq!(starts, found);
        }
        [header, rest @ ..] if header & 0x1f == 28 => {
            assert_eq!(starts, rest.first().is_some_and(|unit| unit & 0x80 != 0 && opens(unit)));
        }
        _ => assert_eq!(starts, payload.first().is_some_and(opens)),
    }
}
