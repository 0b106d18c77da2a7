//! What a shard is given: its own settings, and what each participant may do.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::{DtlsCertificate, ParticipantId, Source};

/// Settings of one shard, fixed for its life.
#[derive(Clone, Debug)]
pub struct ShardConfig {
    /// UDP addresses told to clients as host candidates, best first.
    pub candidates: Vec<SocketAddr>,
    /// ICE-TCP passive addresses (RFC 6544); empty where the driver does not listen.
    pub tcp_candidates: Vec<SocketAddr>,
    /// Shown to every client of the shard.
    pub certificate: DtlsCertificate,
    /// Seed of every random choice the shard makes (SSRCs, sequence starts, ICE credentials).
    pub seed: [u8; 32],
    /// Ties `now` to the wall clock, for the NTP times of sender reports.
    pub clock: WallClock,
}

/// One moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub struct WallClock {
    pub at: Instant,
    /// Time since the Unix epoch at `at`.
    pub unix: Duration,
}

/// What a participant may do and how its connection behaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JoinOptions {
    pub publish: Grant,
    pub subscribe: Grant,
    pub start: VideoStart,
    /// Most slots answered, whatever the offer asks for.
    pub slots: u8,
    /// Whose sources to forward; WHEP watches one publisher. [`Shard::watch`](super::Shard::watch) changes it.
    pub watch: Watch,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grant {
    Allowed,
    Denied,
}

/// When video starts to flow to a participant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VideoStart {
    /// At [`Shard::ready`](super::Shard::ready): Firefox loses what comes before its `setRemoteDescription` resolves.
    WhenReady,
    /// As soon as the connection is up: WHEP has no such message.
    WhenConnected,
}

/// Whose sources a participant's slots may carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Watch {
    /// Connected ahead of being let in: nothing of the room reaches them, and nothing of theirs the room.
    Nobody,
    Everyone,
    Only(ParticipantId),
}

/// What one kind of a published source carries now.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum TrackState {
    /// Not published.
    #[default]
    Off,
    /// Published, but nothing is expected to arrive.
    Muted,
    On,
}

/// State of a source, both kinds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct SourceState {
    pub audio: TrackState,
    pub video: TrackState,
}

/// What a participant wants to see of one source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Want {
    pub participant: ParticipantId,
    pub source: Source,
    /// Device pixels of the tile; 0×0 is audio only.
    pub width: u16,
    pub height: u16,
    /// Higher first, where slots or bandwidth are short.
    pub priority: u8,
}

/// Whether a data channel message is a string or bytes (RFC 8831 §6.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DataKind {
    Text,
    Binary,
}
