//! Which of an m-line's formats we forward.

use crate::{Codec, MediaKind, PayloadMapping};

/// A format of an m-line, as rtpmap and fmtp describe it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Format {
    pub(super) payload_type: u8,
    /// `VP8/90000`, `opus/48000/2`.
    pub(super) encoding: String,
    /// Without the payload type; empty where there is none.
    pub(super) fmtp: String,
}

/// One mapping a codec, in the order of the offer (RFC 3264 §6.1: the answerer keeps the offerer's preference), each with the
/// RTX that repairs it.
pub(super) fn choose(kind: MediaKind, formats: &[Format]) -> Vec<PayloadMapping> {
    // What a format is takes a walk through its fmtp, which may be long: once each.
    let read: Vec<_> = formats.iter().map(|format| (format, format.codec(), format.rank())).collect();
    let mut chosen: Vec<PayloadMapping> = Vec::new();
    for codec in read.iter().filter_map(|(_, codec, _)| codec.filter(|codec| codec.kind() == kind)) {
        if chosen.iter().any(|mapping| mapping.codec == codec) {
            continue;
        }
        let same = read.iter().filter(|(_, other, _)| *other == Some(codec));
        if let Some((best, ..)) = same.max_by_key(|(_, _, rank)| *rank) {
            let rtx = formats.iter().find(|other| other.repairs(best.payload_type)).map(|other| other.payload_type);
            chosen.push(PayloadMapping { codec, payload_type: best.payload_type, rtx });
        }
    }
    // RED wraps Opus; without it there is nothing to unwrap to.
    if !chosen.iter().any(|mapping| mapping.codec == Codec::Opus) {
        chosen.retain(|mapping| mapping.codec != Codec::Red);
    }
    chosen
}

impl Format {
    fn codec(&self) -> Option<Codec> {
        let named = |name: &str| self.encoding.eq_ignore_ascii_case(name);
        if named("opus/48000/2") {
            Some(Codec::Opus)
        } else if named("red/48000/2") {
            Some(Codec::Red)
        } else if named("VP8/90000") {
            Some(Codec::Vp8)
        } else if named("VP9/90000") {
            // Profile 0 alone is decoded everywhere; the others are for more than 8 bits or less subsampling.
            matches!(self.parameter("profile-id"), None | Some("0")).then_some(Codec::Vp9)
        } else if named("AV1/90000") {
            matches!(self.parameter("profile"), None | Some("0")).then_some(Codec::Av1)
        } else if named("H264/90000") {
            (self.parameter("packetization-mode") == Some("1")).then_some(Codec::H264)
        } else {
            None
        }
    }

    /// Of several formats of one codec the best: H264 constrained baseline, which every browser decodes, then baseline.
    fn rank(&self) -> u8 {
        match self.parameter("profile-level-id").map(str::to_ascii_lowercase) {
            Some(profile) if profile.starts_with("42e0") => 2,
            Some(profile) if profile.starts_with("4200") => 1,
            _ => 0,
        }
    }

    fn repairs(&self, payload_type: u8) -> bool {
        self.encoding.to_ascii_lowercase().starts_with("rtx/")
            && self.parameter("apt").and_then(|apt| apt.parse().ok()) == Some(payload_type)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.fmtp.split(';').find_map(|parameter| {
            let (key, value) = parameter.trim().split_once('=')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(payload_type: u8, encoding: &str, fmtp: &str) -> Format {
        Format { payload_type, encoding: encoding.into(), fmtp: fmtp.into() }
    }

    #[test]
    fn each_codec_is_taken_once_with_its_rtx_in_the_order_of_the_offer() {
        let formats = [
            format(102, "H264/90000", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
            format(103, "rtx/90000", "apt=102"),
            format(104, "H264/90000", "packetization-mode=0;profile-level-id=42e01f"),
            format(106, "H264/90000", "packetization-mode=1;profile-level-id=42E01F"),
            format(107, "rtx/90000", "apt=106"),
            format(96, "VP8/90000", ""),
            format(100, "VP9/90000", "profile-id=2"),
            format(98, "vp9/90000", "profile-id=0"),
            format(99, "rtx/90000", "apt=98"),
            format(45, "AV1/90000", "level-idx=5;profile=0;tier=0"),
            format(116, "red/90000", ""),
        ];
        let mapping = |codec, payload_type, rtx| PayloadMapping { codec, payload_type, rtx };
        let expected = [
            mapping(Codec::H264, 106, Some(107)),
            mapping(Codec::Vp8, 96, None),
            mapping(Codec::Vp9, 98, Some(99)),
            mapping(Codec::Av1, 45, None),
        ];
        assert_eq!(choose(MediaKind::Video, &formats), expected);
    }

    #[test]
    fn red_is_taken_with_opus_only() {
        let formats = [format(111, "opus/48000/2", "minptime=10;useinbandfec=1"), format(63, "red/48000/2", "111/111")];
        assert_eq!(choose(MediaKind::Audio, &formats).len(), 2);
        assert_eq!(choose(MediaKind::Audio, &formats[1..]), []);
    }
}
