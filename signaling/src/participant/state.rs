//! The states of a participant (PROTOCOL.md §2).

use std::time::Instant;

use super::SocketId;
use crate::code::EndReason;
use crate::message::{MessageId, Sources};

/// Where a participant is between `hello` and `ended`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// On the pre-join page; nobody sees them.
    Previewing,
    /// Said `join`; the room is about to decide.
    Asking(PendingJoin),
    /// In the waiting room; the offer is kept, so admission costs no round trip.
    Waiting { since_ms: u64, join: PendingJoin },
    /// Admitted; the offer is being answered.
    Joining { re: Option<MessageId> },
    /// Present.
    Joined { joined_at_ms: u64 },
    /// Over.
    Left(EndReason),
}

/// A `join` that waits for its verdict.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PendingJoin {
    pub(super) re: Option<MessageId>,
    /// `None`: the prepared connection is to be used.
    pub(super) offer: Option<String>,
    pub(super) sources: Sources,
}

/// A peer connection made ahead of being let in.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) enum Preparation {
    #[default]
    None,
    /// The offer waits for its answer.
    Asked {
        re: Option<MessageId>,
    },
    Prepared,
}

/// A verdict that does not fit the participant's state, for example an admission of somebody who left meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the participant is not in a state for this")]
pub struct WrongState;

/// How far into the room somebody is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    Outside,
    /// Moderators see them.
    Waiting,
    /// Let in; the offer is being answered.
    Entering,
    /// Everyone sees them.
    Here,
}

/// What became of the peer connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MediaState {
    /// Not up yet; shown as connected, people should not blink while they arrive.
    Connecting,
    Connected,
    /// No packet for some seconds.
    Stalled,
    /// Closed, failed or without consent: only a new peer connection helps.
    Gone {
        since: Instant,
    },
}

/// The participant's end of the signaling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Link {
    Attached(SocketId),
    Lost {
        since: Instant,
    },
    /// Came by WHIP.
    Socketless,
}

/// Which whole-state message is owed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum View {
    Joined { re: Option<MessageId> },
    Resumed { re: Option<MessageId> },
}
