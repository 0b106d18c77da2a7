//! The threads and sockets that drive `sfu-core`, and the handle a server holds.
//!
//! One thread per shard, each with its own UDP port and ICE-TCP listener on the same number. A room lives on one shard, so
//! forwarding never crosses threads. The asynchronous world reaches a shard by a bounded queue of commands and hears from it
//! by a bounded queue of events.

mod command;
mod config;
mod handle;
mod metrics;
mod null_tap;
mod overload;
mod pinning;
mod placement;
mod snapshot;
mod socket;
mod tcp;
mod worker;

pub use config::{
    Announced, AnnouncedError, IceTcp, NullTap, Pinning, SfuConfig, ShardAddresses, Shards, shard_addresses,
};
pub use handle::{Sfu, SfuError};
pub use sfu_core::{
    DataKind, Event, Flow, GoneReason, Grant, IceFragment, JoinError, JoinOptions, MediaKind, ParticipantId, RoomId,
    SlotAssignment, SlotIndex, Source, SourceState, TrackState, VideoStart, Want, Watch, answer_fragment,
};
pub use snapshot::Snapshot;
