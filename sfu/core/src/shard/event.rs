//! What a shard reports to the server.

use crate::{ParticipantId, SlotIndex, Source};

#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// ICE and DTLS are done and media can flow; sent once per connection.
    Connected {
        participant: ParticipantId,
    },
    /// Nothing at all has arrived from the participant for 3 s.
    Stalled {
        participant: ParticipantId,
    },
    /// Packets arrive again after [`Event::Stalled`].
    Revived {
        participant: ParticipantId,
    },
    /// The connection is over; the shard has forgotten the participant.
    Gone {
        participant: ParticipantId,
        reason: GoneReason,
    },
    /// What each of the participant's slots carries now; the whole list, in slot order.
    Slots {
        participant: ParticipantId,
        slots: Vec<SlotAssignment>,
    },
    /// Who speaks now, loudest first.
    Speakers {
        participants: Vec<ParticipantId>,
    },
    /// Score 0–5 of a participant's connection (the formula is in ARCHITECTURE.md); sent when it moves by 0.2 or more.
    Quality {
        participant: ParticipantId,
        score: f32,
    },
    /// How many layers of what the participant publishes, counted from the lowest, somebody can see: the others need not be encoded.
    Demand {
        participant: ParticipantId,
        source: Source,
        layers: usize,
    },
    /// The first packet of the kind went out to the participant; for join-time metrics.
    FirstAudio {
        participant: ParticipantId,
    },
    FirstVideo {
        participant: ParticipantId,
    },
}

/// Why a connection ended by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GoneReason {
    /// The client closed it (DTLS close_notify).
    Closed,
    /// No integrity-checked Binding request for 30 s (RFC 7675).
    ConsentLost,
    /// It never came up, or broke.
    Failed,
}

/// What one slot carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SlotAssignment {
    pub slot: SlotIndex,
    /// `None` for an empty slot.
    pub source: Option<(ParticipantId, Source)>,
    pub audio: Flow,
    pub video: Flow,
}

/// Whether a slot's kind carries media of its source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    None,
    Forwarded,
    /// Left out while the receiver's connection has no room for it.
    Withheld,
}
