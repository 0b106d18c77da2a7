//! The media logic of FaceMentor's SFU, sans-IO: `(now, input)` in, transmits, events and the next deadline out.

mod ids;
mod plan;

pub use ids::{MediaKind, Mid, ParticipantId, Rid, RoomId, SlotIndex, Source, Ssrc};
pub use plan::{Codec, ExtensionIds, MediaPlan, PayloadMapping, PublishPlan, ReceivePlan, SlotPlan};
