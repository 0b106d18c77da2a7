//! The media logic of FaceMentor's SFU, sans-IO: `(now, input)` in, transmits, events and the next deadline out.

mod bandwidth;
mod egress;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod ids;
mod ingress;
mod plan;
mod remote;
mod room;
mod rtcp;
mod sdp;
mod shard;
mod slab;
mod srtp;
#[cfg(feature = "stages")]
pub mod stages;
mod transport;
mod wire;

pub use egress::{SendBatch, Transmit};
pub use ids::{MediaKind, Mid, ParticipantId, Rid, RoomId, SlotIndex, Source, Ssrc};
pub use ingress::{Tap, TapId, TappedPacket};
pub use plan::{Codec, ExtensionIds, MediaPlan, PayloadMapping, PublishPlan, ReceivePlan, SlotPlan};
pub use remote::{LocalId, Remote, RemoteTransport};
pub use room::Shedding;
pub use sdp::{Answer, AnswerParams, IceFragment, Offer, Origin, SdpError, answer, answer_fragment, slot_cname};
pub use shard::{
    Counters, DataKind, Event, Flow, GoneReason, Grant, JoinError, JoinOptions, LATENCY_BOUNDS_MICROS,
    LatencyHistogram, Load, Shard, ShardConfig, SlotAssignment, SourceState, TrackState, VideoStart, WallClock, Want,
    Watch,
};
pub use srtp::{SrtpKeys, SrtpKeysUnusable, SrtpProfile};
pub use transport::{
    CertificateError, ChannelId, DtlsCertificate, Fingerprint, FingerprintError, IceCredentials, Queued, Received,
    Transport, TransportConfig, TransportError, TransportEvent, stun_ufrag,
};
