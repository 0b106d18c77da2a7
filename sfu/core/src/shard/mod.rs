//! A shard: some rooms, one thread, one port. Everything enters and leaves here.

mod counters;
mod event;
mod options;

use std::collections::VecDeque;
use std::time::Instant;

pub use counters::{Counters, LATENCY_BOUNDS_MICROS, LatencyHistogram};
pub use event::{Event, Flow, GoneReason, SlotAssignment};
pub use options::{
    DataKind, Grant, JoinOptions, ShardConfig, SourceState, TrackState, VideoStart, WallClock, Want, Watch,
};

use crate::{ParticipantId, Remote, RoomId, SendBatch, Source};

/// Why a participant could not join or renegotiate.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JoinError {
    #[error("the participant is already here")]
    AlreadyJoined,
    #[error("the participant is not here")]
    NotJoined,
    #[error("the offer cannot be answered: {0}")]
    OfferInvalid(String),
    #[error("the secure transport could not be set up: {0}")]
    Transport(String),
}

/// The media logic of one thread. Sans-IO: give it datagrams, commands and the time; take batches, events and the next deadline.
#[derive(Debug)]
pub struct Shard {
    config: ShardConfig,
    batch: SendBatch,
    events: VecDeque<(RoomId, Event)>,
    counters: Counters,
}

impl Shard {
    pub fn new(config: ShardConfig) -> Self {
        Self { config, batch: SendBatch::new(), events: VecDeque::new(), counters: Counters::default() }
    }

    /// Takes a participant into a room, opening the room if absent, and answers the offer.
    ///
    /// # Errors
    /// The offer cannot be answered, or the participant is already on this shard.
    pub fn join(
        &mut self,
        now: Instant,
        room: RoomId,
        participant: ParticipantId,
        offer: &str,
        options: JoinOptions,
    ) -> Result<String, JoinError> {
        let _ = (now, room, participant, options);
        Err(JoinError::OfferInvalid(format!("{} bytes with {} candidates", offer.len(), self.config.candidates.len())))
    }

    /// Answers a later offer of the same peer connection: more slots, or an ICE restart.
    ///
    /// # Errors
    /// The offer cannot be answered (the connection then stays as it was), or the participant is not here.
    pub fn reoffer(&mut self, _now: Instant, _participant: ParticipantId, _offer: &str) -> Result<String, JoinError> {
        Err(JoinError::NotJoined)
    }

    /// The client's `setRemoteDescription` has resolved: video may flow to it.
    pub fn ready(&mut self, _now: Instant, _participant: ParticipantId) {}

    /// Ends a participant's connection; no [`Event::Gone`] follows. An emptied room closes.
    pub fn leave(&mut self, _now: Instant, _participant: ParticipantId) {}

    /// Ends everyone's connection in the room.
    pub fn close_room(&mut self, _now: Instant, _room: RoomId) {}

    /// Declares what a source carries now; both kinds [`TrackState::Off`] ends it.
    pub fn publish(&mut self, _now: Instant, _participant: ParticipantId, _source: Source, _state: SourceState) {}

    /// Replaces what the participant wants to see. Until the first call everything is wanted at full size.
    pub fn subscribe(&mut self, _now: Instant, _participant: ParticipantId, _wants: &[Want]) {}

    /// To be called after a panic was caught in any other call: ends the room it was working on, with [`Event::Gone`] for
    /// each of its participants. Other rooms are untouched.
    pub fn quarantine(&mut self, _now: Instant) {}

    /// Sends an application message to one participant on its data channel `label`.
    pub fn send_data(
        &mut self,
        _now: Instant,
        _participant: ParticipantId,
        _label: &str,
        _kind: DataKind,
        _bytes: &[u8],
    ) {
    }

    /// Takes a datagram from the socket. The buffer is scratch space: its content is not preserved. Call [`Shard::batch`] when the socket is
    /// drained, or at most 200 µs later.
    pub fn datagram(&mut self, _now: Instant, _from: Remote, bytes: &mut [u8]) {
        self.counters.datagrams_in += 1;
        self.counters.bytes_in += bytes.len() as u64;
    }

    /// Forwards what came in since the last call, as far as the batch holds, and shows what is to be sent. Send it, clear it, and call again until
    /// it is empty.
    pub fn batch(&mut self, _now: Instant) -> &mut SendBatch {
        &mut self.batch
    }

    /// When [`Shard::handle_timeout`] wants to be called next.
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        None
    }

    /// Does what is due. Call [`Shard::batch`] afterwards.
    pub fn handle_timeout(&mut self, _now: Instant) {}

    /// The next thing the server should know.
    pub fn poll_event(&mut self) -> Option<(RoomId, Event)> {
        self.events.pop_front()
    }

    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}
