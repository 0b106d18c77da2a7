//! What an offer and its answer agreed on: the bridge from SDP to packets.
//!
//! `sdp` builds a [`MediaPlan`] from an offer; the room routes by it. Nothing below knows SDP.

use crate::{MediaKind, Mid, Rid, SlotIndex, Source, Ssrc};

/// A codec the SFU forwards. Payloads are opaque but for descriptors of VP8 and VP9 and headers of RED; of AV1 the dependency descriptor is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Codec {
    Opus,
    /// RFC 2198 redundancy around Opus.
    Red,
    Vp8,
    Vp9,
    Av1,
    /// Packetization mode 1.
    H264,
}

impl Codec {
    pub fn kind(self) -> MediaKind {
        match self {
            Codec::Opus | Codec::Red => MediaKind::Audio,
            Codec::Vp8 | Codec::Vp9 | Codec::Av1 | Codec::H264 => MediaKind::Video,
        }
    }

    /// RTP timestamp ticks per second.
    pub fn clock_rate(self) -> u32 {
        match self.kind() {
            MediaKind::Audio => 48_000,
            MediaKind::Video => 90_000,
        }
    }
}

/// One payload type of an m-line, and the RTX payload type that repairs it (RFC 4588), if any.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PayloadMapping {
    pub codec: Codec,
    pub payload_type: u8,
    pub rtx: Option<u8>,
}

/// Header extension ids (RFC 8285) of one m-line; `None` where not negotiated.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ExtensionIds {
    pub mid: Option<u8>,
    pub rid: Option<u8>,
    pub repaired_rid: Option<u8>,
    /// RFC 6464.
    pub audio_level: Option<u8>,
    pub transport_cc: Option<u8>,
    /// `playout-delay` of libwebrtc.
    pub playout_delay: Option<u8>,
    pub abs_send_time: Option<u8>,
    pub dependency_descriptor: Option<u8>,
}

/// An m-line the participant sends on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishPlan {
    pub mid: Mid,
    pub kind: MediaKind,
    pub source: Source,
    /// In order of preference as answered.
    pub payloads: Vec<PayloadMapping>,
    pub extensions: ExtensionIds,
    /// Simulcast encodings from lowest to highest; empty without simulcast.
    pub rids: Vec<Rid>,
    /// (media, RTX) SSRCs the offer declared, for clients that send no MID extension.
    pub declared_ssrcs: Vec<(Ssrc, Option<Ssrc>)>,
}

/// One half of a slot: an m-line the participant receives on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReceivePlan {
    pub mid: Mid,
    pub ssrc: Ssrc,
    /// Present when RTX was negotiated.
    pub rtx_ssrc: Option<Ssrc>,
    pub payloads: Vec<PayloadMapping>,
    pub extensions: ExtensionIds,
}

/// A slot: an audio and a video m-line that share one msid, so that browsers keep lips in time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlotPlan {
    pub slot: SlotIndex,
    pub audio: Option<ReceivePlan>,
    pub video: Option<ReceivePlan>,
}

/// Everything a peer connection's offer and answer agreed on about media.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct MediaPlan {
    pub publish: Vec<PublishPlan>,
    pub slots: Vec<SlotPlan>,
}
